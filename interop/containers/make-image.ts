/**
 * An image of our own daemon, made on the spot of what this machine has: this checkout's `dist`, its production packages,
 * and the Node that runs this, with its libraries. Nothing is pulled and no Dockerfile is built: the engine imports a root
 * file system. As a program it makes `lno-interop/lno:local`: `npx tsx interop/containers/make-image.ts`
 * @module
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Engine, findEngine, RUN_LABEL } from './engine.js'
import { IMAGES, LNO_PROGRAM } from './images.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** As the engine and Node name the kinds of processors that both know. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

export interface Made {
  /** `lno-interop/lno:TAG` */
  readonly image: string
}

/**
 * @param run the run that it belongs to, as its label and in its tag; without one it is named as the table names it
 * @throws Error when this machine's programs cannot run in the engine's containers
 */
export async function makeImage(engine: Engine, run?: string): Promise<Made> {
  const here = `${process.platform}/${ARCHITECTURES[process.arch] ?? process.arch}`
  if (here !== engine.platform) {
    throw new Error(`the image is made of this machine's programs (${here}), and the engine runs ${engine.platform}`)
  }
  const { image, tag } = IMAGES.lno
  const name = { repo: image, tag: run ?? tag }
  const root = mkdtempSync(join(tmpdir(), 'lno-image-'))
  try {
    fill(root)
    const changes = [
      `ENTRYPOINT ${JSON.stringify(LNO_PROGRAM)}`,
      'ENV NO_COLOR=1',
      'EXPOSE 9747',
      'VOLUME /data',
      ...(run === undefined ? [] : [`LABEL ${RUN_LABEL}=${run}`]),
    ]
    const query = new URLSearchParams({ fromSrc: '-', ...name })
    for (const change of changes) query.append('changes', change)
    const tar = spawn('tar', ['-C', root, '--owner=0', '--group=0', '-c', '.'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const answer = await engine.send('POST', `/images/create?${query}`, tar.stdout)
    const failed = /"error":"([^"]*)"/.exec(answer)
    if (failed !== null) throw new Error(`the engine did not take the image: ${failed[1]}`)
    return { image: `${name.repo}:${name.tag}` }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function fill(root: string): void {
  const put = (from: string, to: string) => {
    mkdirSync(dirname(join(root, to)), { recursive: true })
    cpSync(from, join(root, to), { recursive: true, dereference: true })
  }
  for (const folder of ['tmp', 'data', 'etc', 'root']) mkdirSync(join(root, folder), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
  writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0:root:/root:/usr/local/bin/node\n')

  put(realpathSync(process.execPath), LNO_PROGRAM[0])
  for (const library of librariesOf(process.execPath)) put(realpathSync(library), library)

  if (!existsSync(join(ROOT, 'dist', 'cli', 'main.js'))) throw new Error('dist is not built: npm run build')
  put(join(ROOT, 'dist'), '/lno/dist')
  put(join(ROOT, 'package.json'), '/lno/package.json')
  for (const folder of productionPackages()) put(join(ROOT, folder), `/lno/${folder}`)
}

/** The shared libraries of a program and its loader, under the names by which it asks for them. */
function librariesOf(program: string): readonly string[] {
  return execFileSync('ldd', [program], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => /(?:=>\s+)?(\/\S+)\s+\(0x/.exec(line)?.[1] ?? [])
}

/** Folders of the packages that users get, as the lock file knows them; optional ones of other platforms are not here. */
function productionPackages(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>
  }
  return Object.entries(lock.packages)
    .filter(([folder, { dev }]) => folder !== '' && dev !== true && existsSync(join(ROOT, folder)))
    .map(([folder]) => folder)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const engine = await findEngine()
  if ('reason' in engine) {
    console.error(engine.reason)
    process.exit(1)
  }
  console.log((await makeImage(engine)).image)
}
