import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { LnoError } from '../../src/base/error.js'
import { type AnyCommand, defineCommand, type Entry } from '../../src/cli/frame/command.js'
import { usage } from '../../src/cli/frame/exit.js'
import { lno, problemWith } from './run.js'

const folder = mkdtempSync(join(tmpdir(), 'lno-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
/** The environment of a user whose config file holds `text`. */
function withConfig(text: string): Record<string, string> {
  const home = join(folder, String(files++))
  mkdirSync(join(home, 'lno'), { recursive: true })
  writeFileSync(join(home, 'lno', 'config.json'), text)
  return { XDG_CONFIG_HOME: home }
}

function entry(name: string, command: AnyCommand, group: Entry['group'] = 'Everyday'): Entry {
  return { name, group, summary: `Do ${name}`, load: async () => ({ command }) }
}

const count = (text: string) => {
  if (!/^\d+$/.test(text)) throw usage(`${JSON.stringify(text)} is not a number`)
  return BigInt(text)
}

const show = defineCommand({
  args: {
    thing: { summary: 'what to show', stdin: true },
    more: { summary: 'more of it', optional: true, many: true },
  },
  options: {
    amount: { value: 'MSAT', summary: 'how much', parse: count },
    kind: { value: 'KIND', summary: 'which', choices: ['red', 'blue'], default: 'red', setting: true },
    hop: { value: 'ID', summary: 'a hop', short: 'p', many: true },
    loud: { summary: 'loudly', setting: true },
    noTrace: { summary: 'a switch that begins with no' },
  },
  examples: ['lno show x'],
  run: ({ args, options, result, next, config }) => {
    result({ args, options, network: config().network, bytes: new Uint8Array([1, 255]) }, () => `thing ${args.thing}`)
    next('lno show again')
  },
})

const throwing = (error: unknown) =>
  defineCommand({
    args: {},
    options: {},
    examples: [],
    run: () => {
      throw error
    },
  })

const entries = [entry('show', show), entry('offer create', show, 'Node'), entry('offer list', show, 'Node')]

describe('finding the command', () => {
  test('bare lno prints five lines to try and succeeds', async () => {
    const { code, stdout, stderr } = await lno([])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout.trimEnd().split('\n')).toHaveLength(5)
    expect(stdout).toContain('lno help')
  })

  test('help groups the commands, in either spelling', async () => {
    const { code, stdout } = await lno(['--help'], { entries })
    expect(code).toBe(0)
    expect(stdout.indexOf('Everyday')).toBeLessThan(stdout.indexOf('Node'))
    expect(stdout).toContain('offer create')
    expect((await lno(['help'])).stdout).toBe((await lno(['-h'])).stdout)
  })

  test('the version is that of the package', async () => {
    expect((await lno(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect((await lno(['-V'])).code).toBe(0)
  })

  test('an unknown command names the nearest one', async () => {
    const outcome = await lno(['shwo'], { entries })
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain('did you mean lno show?')
    expect((await lno(['offer', 'craete'], { entries })).stderr).toContain('did you mean lno offer create?')
    expect((await lno(['ofer'], { entries })).stderr).toContain('did you mean lno offer?')
    expect((await lno(['zzzzzzzzzzz'], { entries })).stderr).not.toContain('did you mean')
  })

  test('a string in the place of a command points to decode', async () => {
    const outcome = await lno([`LNO1${'q'.repeat(900)}`], { entries })
    expect(outcome.code).toBe(2)
    expect(outcome.stderr).toContain('lno decode')
    expect(outcome.stderr.length).toBeLessThan(200)
  })

  test('a noun alone lists its verbs', async () => {
    const outcome = await lno(['offer'], { entries })
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain('offer create, offer list')
    const help = await lno(['offer', '--help'], { entries })
    expect(help.code).toBe(0)
    expect(help.stdout).toContain('lno offer list')
  })

  test('global options may stand before the command', async () => {
    const { code, json } = await lno(['--network', 'signet', '--json', 'show', 'x'], { entries })
    expect(code).toBe(0)
    expect(json()).toMatchObject({ network: 'signet' })
  })

  test('help of a command that is not there names the nearest one', async () => {
    const outcome = await lno(['help', 'decod'])
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toBe('lno: no command "decod", did you mean lno help decode?; see: lno help\n')
  })

  test('options alone are a usage error', async () => {
    const outcome = await lno(['--quiet'], { entries })
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain('a command is missing')
    const unknown = await lno(['-v'], { entries })
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toBe('lno: no option "-v"; the version is lno --version; see: lno help\n')
  })
})

describe('help of a command', () => {
  test('names arguments, options with their variables, and examples', async () => {
    for (const argv of [
      ['show', '--help'],
      ['-h', 'show'],
      ['show', 'x', '--kind', 'blue', '-h'],
    ]) {
      const { code, stdout, stderr } = await lno(argv, { entries })
      expect(code).toBe(0)
      expect(stderr).toBe('')
      for (const part of ['lno show THING [MORE…]', '- reads standard input', '--amount <MSAT>', '--kind <red|blue>'])
        expect(stdout).toContain(part)
      for (const part of ['LNO_KIND', 'default red', '-p, --hop <ID>', '--no-trace', 'lno show x'])
        expect(stdout).toContain(part)
    }
  })

  test('says what is known of an option in one pair of brackets', async () => {
    const noted = defineCommand({
      args: {},
      options: {
        size: { value: 'SIZE', summary: 'how large (as it comes)', setting: true },
        form: { value: 'FORM', summary: 'which (or not) form', default: 'round' },
      },
      examples: [],
      run: () => 0,
    })
    const { stdout } = await lno(['noted', '-h'], { entries: [entry('noted', noted)] })
    expect(stdout).toContain('how large (as it comes; LNO_SIZE)')
    expect(stdout).toContain('which (or not) form (default round)')
  })

  test('fits narrow and wide terminals', async () => {
    for (const columns of [30, 50, 80, 120]) {
      for (const argv of [['--help'], ['help', 'help'], []]) {
        const { stdout } = await lno(argv, { columns, env: { NO_COLOR: '1' } })
        const tooLong = stdout.split('\n').filter((line) => line.length > columns && /\s/.test(line.trim()))
        // A line may be longer only where it is one word, or a command to copy.
        expect(tooLong.filter((line) => !line.includes('lno '))).toEqual([])
      }
    }
  })

  test('help of an unknown command is a usage error', async () => {
    const outcome = await lno(['help', 'nothing'])
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
  })

  test('help as JSON is the declaration', async () => {
    expect((await lno(['help', '--json'])).json()).toMatchObject({ commands: expect.any(Array) })
    expect((await lno(['help', 'help', '--json'])).json()).toMatchObject({ name: 'help', group: 'Everyday' })
  })
})

describe('arguments and options', () => {
  test('arrive typed, with defaults', async () => {
    const { code, stdout, stderr } = await lno(['show', 'x'], { entries })
    expect(code).toBe(0)
    expect(stdout).toBe('thing x\n')
    expect(stderr).toBe('Next: lno show again\n')
    const { json } = await lno(
      ['show', 'x', 'y', 'z', '--json', '--amount', '18446744073709551615', '-p', '1', '--hop=2'],
      {
        entries,
      },
    )
    expect(json()).toEqual({
      args: { thing: 'x', more: ['y', 'z'] },
      options: { amount: '18446744073709551615', kind: 'red', hop: ['1', '2'], loud: false, noTrace: false },
      network: 'bitcoin',
      bytes: '01ff',
    })
  })

  test('a switch that begins with no is a switch', async () => {
    expect((await lno(['show', 'x', '--no-trace', '--json'], { entries })).json()).toMatchObject({
      options: { noTrace: true },
    })
  })

  test.each([
    [['show'], 'THING is missing'],
    [['show', 'x', '--amont', '3'], '--amount'],
    [['show', 'x', '--amount', 'many'], '--amount: "many" is not a number'],
    [['show', 'x', '--kind', 'green'], 'not one of red, blue'],
    [['show', 'x', '--amount'], 'argument missing'],
    [['show', 'x', '--amount', '1', '--amount', '2'], '--amount is given twice'],
    [['offer', 'create', 'x', '--network', 'moon'], '"moon" is no network'],
  ])('%j is a usage error that says why', async (argv, why) => {
    const outcome = await lno(argv, { entries })
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain(why)
    expect(outcome.stderr).toContain(`see: lno ${argv[0] === 'offer' ? 'offer create' : 'show'} --help`)
  })

  test('too many arguments are a usage error', async () => {
    const one = defineCommand({ args: {}, options: {}, examples: [], run: () => 0 })
    const outcome = await lno(['one', 'x'], { entries: [entry('one', one)] })
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
  })

  test('what every command takes may be given again, the last one counts: an alias may hold the first', async () => {
    const { json } = await lno(['--network', 'signet', 'show', 'x', '--network', 'regtest', '--json'], { entries })
    expect(json()).toMatchObject({ network: 'regtest' })
  })

  test('an argument with choices takes no other, wherever it stands', async () => {
    const pick = defineCommand({
      args: {
        one: { summary: 'first', choices: ['a', 'b'] },
        rest: { summary: 'more', many: true, choices: ['c'], optional: true },
      },
      options: {},
      examples: [],
      run: ({ args, result }) => result(args, () => ''),
    })
    const world = { entries: [entry('pick', pick)] }
    expect((await lno(['pick', 'b', 'c', 'c', '--json'], world)).json()).toEqual({ one: 'b', rest: ['c', 'c'] })
    for (const [argv, why] of [
      [['pick', 'c'], 'ONE: "c" is not one of a, b'],
      [['pick', 'a', 'c', 'a'], 'REST: "a" is not one of c'],
    ] as const) {
      const outcome = await lno(argv, world)
      expect(outcome.code).toBe(2)
      expect(problemWith(outcome)).toBeUndefined()
      expect(outcome.stderr).toContain(why)
    }
  })

  test('words behind -- are arguments', async () => {
    const { json } = await lno(['--json', 'show', '--', '--loud'], { entries })
    expect(json()).toMatchObject({ args: { thing: '--loud' }, options: { loud: false } })
  })

  test('a hyphen reads standard input, trimmed', async () => {
    const { json } = await lno(['show', '-', '--json'], { entries, stdin: '\n  piped in \r\n' })
    expect(json()).toMatchObject({ args: { thing: 'piped in' } })
  })

  test.each([
    ['', 2, 'NO_INPUT'],
    ['   \n', 2, 'NO_INPUT'],
    ['x'.repeat((1 << 20) + 1), 1, 'INPUT_TOO_LARGE'],
    [new Uint8Array([0x61, 0xff]), 1, 'BAD_UTF8'],
  ])('standard input that cannot be used is refused', async (stdin, code, name) => {
    const outcome = await lno(['show', '-'], { entries, stdin })
    expect(outcome.code).toBe(code)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain(name)
  })
})

describe('settings', () => {
  const shown = async (argv: string[], env: Record<string, string>) =>
    (await lno(['show', 'x', '--json', ...argv], { entries, env })).json()

  test('flag goes before environment, environment before file, file before default', async () => {
    const file = withConfig('{"kind": "blue", "network": "signet", "loud": true}')
    expect(await shown([], {})).toMatchObject({ network: 'bitcoin', options: { kind: 'red', loud: false } })
    expect(await shown([], file)).toMatchObject({ network: 'signet', options: { kind: 'blue', loud: true } })
    const env = { ...file, LNO_KIND: 'red', LNO_NETWORK: 'regtest', LNO_LOUD: '0' }
    expect(await shown([], env)).toMatchObject({ network: 'regtest', options: { kind: 'red', loud: false } })
    expect(await shown(['--kind', 'blue', '--network', 'testnet'], env)).toMatchObject({
      network: 'testnet',
      options: { kind: 'blue' },
    })
  })

  test.each([
    ['{', 'is not JSON'],
    ['[]', 'one JSON object'],
    ['{"network": "moon"}', '"moon" is no network'],
    ['{"kind": "green"}', 'not one of'],
    ['{"kind": ["red"]}', 'must be a text'],
    ['{"loud": "very"}', 'true or false'],
  ])('a config file that holds %s is refused, and named', async (text, why) => {
    const env = withConfig(text)
    const outcome = await lno(['show', 'x'], { entries, env })
    expect(outcome.code).toBe(2)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain('BAD_CONFIG')
    expect(outcome.stderr).toContain(why)
    expect(outcome.stderr).toContain('config.json')
  })

  test('a variable that cannot be used is refused, and named', async () => {
    const outcome = await lno(['show', 'x'], { entries, env: { LNO_NETWORK: 'moon' } })
    expect(outcome.code).toBe(2)
    expect(outcome.stderr).toMatch(/LNO_NETWORK: .*; set LNO_NETWORK to something else, or unset it\n$/)
  })

  test('each network has a folder of its own below the data folder', async () => {
    const where = defineCommand({
      args: {},
      options: {},
      examples: [],
      run: ({ config, result }) => result(config(), () => config().dataDir),
    })
    const dataDir = async (argv: string[], env: Record<string, string> = {}) =>
      (await lno(['where', ...argv], { entries: [entry('where', where)], env })).stdout.trim()
    expect(await dataDir([])).toBe('/nonexistent/.local/state/lno/bitcoin')
    expect(await dataDir(['--network', 'regtest'], { XDG_STATE_HOME: '/state' })).toBe('/state/lno/regtest')
    expect(await dataDir([], { XDG_STATE_HOME: 'relative' })).toBe('/nonexistent/.local/state/lno/bitcoin')
    expect(await dataDir(['--data-dir', '/data'], { LNO_NETWORK: 'signet' })).toBe('/data/signet')
    expect(await dataDir([], { LNO_DATA_DIR: '/env' })).toBe('/env/bitcoin')
  })
})

describe('errors', () => {
  const failing = (error: unknown, argv: string[] = [], env: Record<string, string> = {}) =>
    lno(['fail', ...argv], { entries: [entry('fail', throwing(error))], env })

  test('what an error says to programs stands in the document', async () => {
    const error = new LnoError('X', 'x', { details: { attempts: [{ amount: 5n }] } })
    expect((await failing(error, ['--json'])).json()).toEqual({
      error: { code: 'X', message: 'x', details: { attempts: [{ amount: '5' }] } },
    })
  })

  const full = new LnoError('SOME_CODE', 'the thing is wrong', {
    path: ['offer_paths', 0, 'first_path_key'],
    tlvType: 16n,
    offset: 12,
    rule: 'OR5',
    spec: 'BOLT 12 Offers',
  })

  test('an error is one line: what, where, which rule, what next', async () => {
    const outcome = await failing(full)
    expect(outcome.code).toBe(1)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toBe(
      'lno: SOME_CODE: the thing is wrong (offer_paths[0].first_path_key, type 16, offset 12, rule OR5, BOLT 12 Offers); lno explain SOME_CODE\n',
    )
  })

  test('with --json it is also a document', async () => {
    const outcome = await failing(full, ['--json'])
    expect(outcome.code).toBe(1)
    expect(outcome.json()).toEqual({
      error: {
        code: 'SOME_CODE',
        message: 'the thing is wrong',
        field: 'offer_paths[0].first_path_key',
        type: '16',
        offset: 12,
        rule: 'OR5',
        spec: 'BOLT 12 Offers',
      },
    })
    expect(outcome.stderr).toContain('SOME_CODE')
  })

  test.each([
    ['NODE_NOT_RUNNING', 3],
    ['CONNECT_TIMEOUT', 3],
    ['SENT_NO_REPLY', 3],
    ['INVOICE_ERROR', 4],
    ['INVOICE_REFUSED', 1],
    ['NO_WALLET', 1],
    ['ANYTHING_ELSE', 1],
    ['toString', 1],
  ])('%s ends with %i', async (code, exit) => {
    expect((await failing(new LnoError(code, 'x'))).code).toBe(exit)
  })

  test('without a node it says how to start one', async () => {
    expect((await failing(new LnoError('NODE_NOT_RUNNING', 'no node'))).stderr).toContain('lno node start')
  })

  test('text of strangers cannot break out of its line', async () => {
    const outcome = await failing(new LnoError('X', 'they say: \n\u001b[31mred\u202e \u009b2J'))
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain('\\u{a}\\u{1b}[31mred\\u{202e} \\u{9b}2J')
    const document = await failing(new LnoError('X', 'they say: \u202e\u009b2J'), ['--json'])
    expect(document.stdout).toContain('\\u202e\\u009b2J')
    expect(document.json()).toMatchObject({ error: { message: 'they say: \u202e\u009b2J' } })
  })

  test('a bug is one line; LNO_DEBUG shows the stack', async () => {
    for (const bug of [new TypeError('x is not a function'), 'text', undefined]) {
      const outcome = await failing(bug)
      expect(outcome.code).toBe(1)
      expect(problemWith(outcome)).toBeUndefined()
      expect(outcome.stderr).toContain('LNO_DEBUG=1')
    }
    const { stderr } = await failing(new TypeError('x is not a function'), [], { LNO_DEBUG: '1' })
    expect(stderr).toMatch(/\n\s+at /)
  })

  test('an expected error shows no stack under LNO_DEBUG either', async () => {
    expect(problemWith(await failing(full, [], { LNO_DEBUG: '1' }))).toBeUndefined()
  })

  test('an exit code that a command returns is kept', async () => {
    const four = defineCommand({ args: {}, options: {}, examples: [], run: async () => 4 })
    expect((await lno(['four'], { entries: [entry('four', four)] })).code).toBe(4)
  })
})

describe('signals', () => {
  const waiting = (endsOnSignal: boolean, ended: (signal: AbortSignal) => Promise<number | undefined>) =>
    entry(
      'wait',
      defineCommand({ args: {}, options: {}, examples: [], endsOnSignal, run: ({ signal }) => ended(signal) }),
    )
  const abortOf = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

  test('a command that waits is left at SIGINT: 130', async () => {
    const abort = new AbortController()
    const running = lno(['wait'], { entries: [waiting(false, () => new Promise(() => {}))], signal: abort.signal })
    abort.abort('SIGINT')
    const outcome = await running
    expect(outcome.code).toBe(130)
    expect(problemWith(outcome)).toBeUndefined()
  })

  test('a command that must close something ends by itself, and is still 130', async () => {
    const abort = new AbortController()
    let closed = false
    const command = waiting(true, async (signal) => {
      await abortOf(signal)
      closed = true
      return undefined
    })
    const running = lno(['wait'], { entries: [command], signal: abort.signal })
    setImmediate(() => abort.abort('SIGINT'))
    expect((await running).code).toBe(130)
    expect(closed).toBe(true)
  })

  test('a command for which a signal is the orderly end says so', async () => {
    const abort = new AbortController()
    const command = waiting(true, async (signal) => {
      await abortOf(signal)
      return 0
    })
    const running = lno(['wait'], { entries: [command], signal: abort.signal })
    setImmediate(() => abort.abort('SIGTERM'))
    expect((await running).code).toBe(0)
  })
})

describe('colours', () => {
  const red = defineCommand({
    args: {},
    options: {},
    examples: [],
    run: ({ style, result }) => result({}, () => style.bad('wrong')),
  })
  const colored = async (env: Record<string, string>, argv: string[] = [], columns: number | undefined = 80) =>
    (await lno(['red', ...argv], { entries: [entry('red', red)], env, ...(columns !== undefined && { columns }) }))
      .stdout

  test('are for terminals, unless somebody says otherwise', async () => {
    const yes = '\u001b[31mwrong\u001b[39m\n'
    const no = 'wrong\n'
    const piped = (env: Record<string, string>) =>
      lno(['red'], { entries: [entry('red', red)], env }).then(({ stdout }) => stdout)
    expect(await colored({})).toBe(yes)
    expect(await piped({})).toBe(no)
    expect(await colored({ NO_COLOR: '1' })).toBe(no)
    expect(await colored({ NO_COLOR: '' })).toBe(yes)
    expect(await colored({ TERM: 'dumb' })).toBe(no)
    expect(await piped({ FORCE_COLOR: '1' })).toBe(yes)
    expect(await colored({ FORCE_COLOR: '0' })).toBe(no)
    expect(await colored({ FORCE_COLOR: '1' }, ['--no-color'])).toBe(no)
  })
})
