// npm run lock: puts the packages of other platforms back into package-lock.json. npm leaves out an optional package that
// its registry does not serve (mirrors often lack other platforms), and then `npm ci` refuses the lock file as incomplete.
import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8'))

/** `os`, `cpu` and `libc` from a name such as `linux-arm64-musl`, `win32-x64-msvc` or `android-arm-eabi`. */
function platform(name) {
  const match =
    /\b(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(.*))?$/.exec(name)
  if (match === null) throw new Error(`no platform in the name of ${name}`)
  const [, os, cpu, abi = ''] = match
  const libc = os !== 'linux' ? undefined : /musl/.test(abi) ? 'musl' : 'glibc'
  return { cpu: [cpu], os: [os], ...(libc && { libc: [libc] }) }
}

let added = 0
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    // Nested in the package that asks for it, or in any folder above.
    const folders = path.split('/node_modules/').map((_, i, all) => all.slice(0, i + 1).join('/node_modules/'))
    if ([...folders, ''].some((folder) => lock.packages[`${folder && `${folder}/`}node_modules/${name}`])) continue
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(entry.dev && { dev: true }),
      optional: true,
      ...platform(name),
    }
    added++
  }
}
const [root, ...rest] = Object.entries(lock.packages)
lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => a.localeCompare(b, 'en'))])
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} packages of other platforms added`)
