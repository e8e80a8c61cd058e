import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Entries of the package that know today's forms only: the older ones have entries of their own. */
const MODERN = ['index', 'onion/index', 'blinding/index', 'noise/index', 'wire/index']

/** Files of older forms: of BOLT 12, and of onion messages. */
const OLD_FILE = /legacy|(^|[/-])obs\d?([.-]|$)|uncounted/
/** Words that only they have. A field name must not be found inside a longer name of today. */
const OLD_NAME =
  /LnAll|legacy|LEGACY|\b(payer_info|payer_key|payer_signature|refund_signature|refund_for|replace_invoice|send_invoice|recurrence\w*|quantity_min|blinded_capacities|enctlv|self_id|point32|obs_reply_path|uncounted|obs2)\b/

async function bundled(entry: string): Promise<{ readonly files: readonly string[]; readonly text: string }> {
  const { metafile, outputFiles } = await build({
    entryPoints: [`src/${entry}.ts`],
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    minifyWhitespace: true, // comments may speak of whatever they like
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs))
  return { files: [...Object.keys(metafile.inputs), ...inputs], text: outputFiles[0]!.text }
}

describe('older forms stay out of who does not ask for them', () => {
  test.each(MODERN)('src/%s.ts', async (entry) => {
    const { files, text } = await bundled(entry)
    expect(files.length).toBeGreaterThan(5)
    expect(files.filter((file) => OLD_FILE.test(file))).toEqual([])
    expect(OLD_NAME.exec(text)?.[0]).toBeUndefined()
  })

  test('the check finds them where they are', async () => {
    const { files, text } = await bundled('bolt12/legacy/index')
    expect(files.filter((file) => OLD_FILE.test(file)).length).toBeGreaterThan(20)
    expect(text).toMatch(OLD_NAME)
    for (const name of ['LnAll', 'payer_info', 'send_invoice', 'enctlv']) expect(text).toContain(name)
    const generations = await bundled('onion/generations/index')
    for (const file of ['obs', 'obs2', 'modern-uncounted', 'uncounted-path']) {
      expect(generations.files.filter((each) => OLD_FILE.test(each))).toContain(`src/onion/generations/${file}.ts`)
    }
    for (const name of ['obs_reply_path', 'uncounted', 'obs2']) {
      expect(generations.text).toContain(name)
      expect(name).toMatch(OLD_NAME)
    }
    for (const file of ['src/onion/generations/modern.ts', 'src/node/observer.ts']) expect(file).not.toMatch(OLD_FILE)
  })
})
