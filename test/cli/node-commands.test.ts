import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { LnoError } from '../../src/base/error.js'
import { createLegacyInvoiceRequest } from '../../src/bolt12/legacy/create-invoice-request.js'
import { decodeLegacyOffer } from '../../src/bolt12/legacy/decode.js'
import { eventText } from '../../src/cli/daemon/event-text.js'
import { failureLines, progressText } from '../../src/cli/daemon/fetch-text.js'
import {
  parseAmount,
  parseDuration,
  parseExpiry,
  parseGenerations,
  parsePath,
  parsePrice,
  parseQuantityMax,
  parseVia,
} from '../../src/cli/daemon/options.js'
import { formatMsat } from '../../src/cli/daemon/text.js'
import { type RunningDaemon, startDaemon } from '../../src/node/daemon.js'
import type { JsonEvent } from '../../src/node/events.js'
import type { Generation } from '../../src/onion/generation.js'
import { GENERATIONS } from '../../src/onion/generations/all.js'
import { obs } from '../../src/onion/generations/obs.js'
import { obs2 } from '../../src/onion/generations/obs2.js'
import { codeOf } from '../support/code-of.js'
import { tempDir } from '../support/temp-dir.js'
import { lno, problemWith } from './run.js'

const ID = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
/** From BOLT 12's own examples: an offer of any amount, to a node id. */
const OFFER = 'lno1zcss9mk8y3wkklfvevcrszlmu23kfrxh49px20665dqwmn4p72pksese'
/** 5 msat for tea. */
const REFUND = 'lnr1qqgqjzgfpyysjzgfpyysjzgfpyysjzsrw3jkz5spq4vzzqjkkv5txryt7kpeufq9sarc09qghkekyswunsh8ccvl4gft9ysfvu'

describe('without a node', () => {
  test.each([
    ['node info'],
    ['node stop'],
    ['peer list'],
    [`peer connect ${ID}@127.0.0.1:1`],
    [`peer disconnect ${ID}`],
    ['offer create --amount any'],
    ['offer list'],
    ['offer show 1234'],
    ['offer disable 1234'],
    ['offer enable 1234'],
    [`fetch ${OFFER} --amount 5`],
    ['refund create --amount 5 --description tea'],
    ['refund list'],
    ['refund show 1234'],
    ['refund disable 1234'],
    [`refund claim ${REFUND}`],
    ['invoice list'],
    ['invoice show 1234'],
    [`pay ${OFFER} --network bitcoin --amount 5 --yes`],
    ['receive'],
    ['payment list'],
    ['payment show 1234'],
    ['proof create 1234'],
    [`channel open ${ID}`],
    ['channel list'],
    ['channel show 02'],
    ['channel close 02'],
    ['channel override propose 02'],
    ['channel override accept 02 --balance 1sat'],
    ['channel export 02'],
    ['host grant --capacity 5'],
    ['host grants'],
    ['host revoke 1234'],
    ['account list'],
    ['account list --csv'],
    ['events'],
  ])('%s says that there is none and how to start one', async (words) => {
    const outcome = await lno([...words.split(' '), '--data-dir', tempDir()])
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.code).toBe(3)
    expect(outcome.stderr).toMatch(/^lno: NODE_NOT_RUNNING: no node runs on .*lno node start/)
  })

  test('with --json the code is in a document', async () => {
    const outcome = await lno(['node', 'info', '--json', '--data-dir', tempDir()])
    expect(outcome.code).toBe(3)
    expect(outcome.json()).toMatchObject({ error: { code: 'NODE_NOT_RUNNING' } })
  })

  test.each([['events'], ['node start --listen none --scid x']])(
    'what prints a document a line fails with one: %s --json',
    async (words) => {
      const { stdout } = await lno([...words.split(' '), '--json', '--data-dir', tempDir()])
      expect(stdout.indexOf('\n')).toBe(stdout.length - 1)
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: expect.any(String) } })
    },
  )

  test('fetch names the other way to ask', async () => {
    const { stderr } = await lno(['fetch', OFFER, '--amount', '5', '--data-dir', tempDir()])
    expect(stderr).toContain('--via PUBKEY@HOST:PORT')
  })
})

describe('what was typed wrong is said before anything is done', () => {
  test.each([
    ['peer connect 02ab@127.0.0.1:1', 2, /no node id/],
    [`peer connect ${ID}`, 2, /not PUBKEY@HOST:PORT/],
    [`peer connect ${ID}@127.0.0.1:99999`, 2, /at most 65535/],
    [`peer disconnect ${'05'.repeat(33)}`, 2, /no node id/],
    ['offer create', 2, /--amount/],
    ['offer create --amount ten', 2, /no amount/],
    ['offer create --amount any --path 02', 2, /no node id/],
    ['offer create --amount any --expiry soon', 2, /no duration/],
    ['offer create --amount any --dummy-hops 11', 2, /from 0 to 10/],
    ['offer create --amount any --quantity-max 0', 2, /at least 1/],
    ['offer create --amount any --issuer-key', 2, /--issuer-key needs --path/],
    ['offer create --amount any --dummy-hops 2', 2, /--dummy-hops needs --path/],
    ['offer create --amount 21000001btc', 2, /21 million/],
    [`fetch ${OFFER} --timeout 0`, 2, /from 100ms to 10m/],
    [`fetch ${OFFER} --timeout 11m`, 2, /from 100ms to 10m/],
    [`fetch ${OFFER} --quantity 18446744073709551616`, 2, /number of items/],
    ['node start --ping-period 0', 2, /from 100ms to 1d/],
    [`fetch ${OFFER} --attempts 0`, 2, /from 1 to 10/],
    [`fetch ${OFFER} --scid 1x2x3`, 2, /SCID=ID1,ID2/],
    [`fetch ${OFFER} --alone --amount 5`, 2, /--via/],
    ['fetch lno1qqqq', 1, /OFFER/],
    ['fetch hello', 1, /lno/],
    ['refund create --description tea', 2, /--amount/],
    ['refund create --amount 5 --description tea --dummy-hops 2', 2, /--dummy-hops needs --path/],
    [`refund claim ${REFUND} --timeout 1ms`, 2, /from 100ms to 10m/],
    [`refund claim ${REFUND} --timeout 11m`, 2, /from 100ms to 10m/],
    ['refund create --amount 5', 2, /--description/],
    ['refund create --amount any --description tea', 2, /no amount/],
    [`refund claim ${REFUND} --attempts 11`, 2, /from 1 to 10/],
    [`refund claim ${OFFER}`, 1, /STRING_WRONG_KIND/],
    ['node start --listen here', 2, /port/],
    ['node start --generations obs,obs3', 2, /"obs3" is no wire form .*modern, modern-uncounted, obs2, obs/],
    ['node start --generations=', 2, /"" is no wire form/],
    ['offer create --amount any --form 2022', 2, /not one of modern, 2021/],
    ['offer create --amount any --quantity-min 0', 2, /at least 1/],
    ['node start --ping-period often', 2, /no duration/],
    ['invoice list --limit 0', 2, /from 1 to/],
  ])('%s', async (words, code, text) => {
    const outcome = await lno([...words.split(' '), '--data-dir', tempDir()])
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome).toMatchObject({ code })
    expect(outcome.stderr).toMatch(text)
  })
})

test.each([
  ['LNO_GENERATIONS', { LNO_GENERATIONS: 'obs4' }],
  ['a config file', {}],
])('wire forms are named in %s as well', async (_, env) => {
  const home = tempDir()
  mkdirSync(join(home, 'lno'))
  writeFileSync(join(home, 'lno', 'config.json'), JSON.stringify({ generations: 'obs3,obs' }))
  const outcome = await lno(['node', 'start', '--data-dir', tempDir()], { env: { XDG_CONFIG_HOME: home, ...env } })
  expect(outcome.code).toBe(2)
  expect(outcome.stderr).toMatch(/BAD_CONFIG.*"obs[34]" is no wire form/)
})

describe('options', () => {
  test('wire forms stand newest first, each once', () => {
    expect(parseGenerations('obs, obs2,obs').map(({ name }) => name)).toEqual(['obs2', 'obs'])
    expect(parseGenerations('obs,modern-uncounted,obs2,modern')).toEqual(GENERATIONS)
  })

  test('amounts', () => {
    expect([parseAmount('10'), parseAmount('10msat'), parseAmount('10sat'), parseAmount('0.001btc')]).toEqual([
      10n,
      10n,
      10_000n,
      100_000_000n,
    ])
    expect(parseAmount('0.5sat')).toBe(500n)
    expect(parsePrice('any')).toBeUndefined()
    for (const text of ['', '-1', '1.5', '0.0001sat', '1 sat', '1e3', 'sat', '5eur']) {
      expect(
        codeOf(() => parseAmount(text)),
        text,
      ).toBe('USAGE')
    }
  })

  test('durations and times', () => {
    expect(['15', '15s', '500ms', '1.5h', '7d'].map(parseDuration)).toEqual([
      15_000, 15_000, 500, 5_400_000, 604_800_000,
    ])
    expect(parseExpiry('1h')(1_000_000)).toBe(4600n)
    expect(parseExpiry('1767225600')(0)).toBe(1_767_225_600n)
    expect(parseExpiry('2026-01-01')(0)).toBe(1_767_225_600n)
    expect(parseExpiry('2028-02-29')(0)).toBe(1_835_395_200n)
    expect(parseExpiry('2026-01-01T01:00+01:00')(0)).toBe(1_767_225_600n)
    // A time without a zone would be that of this machine, where a day alone is UTC.
    for (const text of ['2026-13-01', '2027-02-30', '2027-02-29', '2027-01-31T12:00', '2027-01-31soon'])
      expect(
        codeOf(() => parseExpiry(text)),
        text,
      ).toBe('USAGE')
  })

  test('paths, peers and quantities', () => {
    expect(parsePath(`${ID},${ID.toUpperCase()}`)).toEqual([ID, ID])
    expect(parseVia(ID)).toEqual({ node_id: ID })
    expect(parseVia(`${ID}@relay.example`)).toEqual({ node_id: ID, address: 'relay.example:9735' })
    expect(parseVia(`${ID}@ws://relay.example:80/x`)).toEqual({ node_id: ID, address: 'ws://relay.example:80/x' })
    expect(parseVia(`${ID}@[::1]:9735`)).toEqual({ node_id: ID, address: '[::1]:9735' })
    expect([parseQuantityMax('any'), parseQuantityMax('5')]).toEqual([0n, 5n])
  })

  test('amounts are grouped for people', () => {
    expect(formatMsat(1_234_567n)).toBe('1 234 567 msat')
    expect(formatMsat(1_234_000n)).toBe('1 234 000 msat (1 234 sat)')
    expect(formatMsat(0n)).toBe('0 msat')
  })
})

describe('texts of strangers', () => {
  test('an event shows no control characters', () => {
    const line = eventText({
      kind: 'request_received',
      at: '2026-03-01T00:00:00.000Z',
      from: ID,
      offer_id: 'ab',
      payer_note: 'milk\u001b[2J\u202e',
    })
    expect(line).toBe('00:00:00.000  request for offer ab came from 0279be66…1798, note: "milk\\u{1b}[2J\\u{202e}"')
  })

  test('a kind of tomorrow is shown with its members, escaped', () => {
    expect(eventText({ kind: 'peer_dreamt', at: 'x', of: 'she\u0007ep' })).toContain('peer dreamt, of she\\u{7}ep')
  })

  test('an invoice_error becomes the option that it asks for', () => {
    const said = (invoice_error: object) => new LnoError('INVOICE_ERROR', 'no', { details: { invoice_error } })
    const field = { error: 'x', erroneous_field: '82', field: 'invreq_amount', suggested: '5000' }
    expect(failureLines(said(field), 'lno fetch OFFER')).toEqual([
      'It is about invreq_amount. It would accept 5 000 msat (5 sat); if you do too: lno fetch OFFER --amount 5000',
    ])
    const of2021 = { error: 'x', erroneous_field: '32', field: 'quantity', suggested: '2' }
    expect(failureLines(said(of2021), 'lno fetch OFFER')).toEqual([
      'It is about quantity. It would accept 2; if you do too: lno fetch OFFER --quantity 2',
    ])
    const text = { error: 'x', erroneous_field: '10', field: 'offer_description', suggested: 'a\u001bb' }
    expect(failureLines(said(text), '')).toEqual(['It is about offer_description. It would accept a\\u{1b}b.'])
    expect(failureLines(said({ error: 'x', erroneous_field: '999' }), '')).toEqual(['It is about field 999.'])
    expect(failureLines(said({ error: 'x' }), '')).toEqual([])
  })

  test('an invoice that was refused lists every reason', () => {
    const issues = [{ code: 'INVOICE_BAD_SIGNATURE', message: 'bad\u0000', rule: 'IR10' }]
    expect(failureLines(new LnoError('INVOICE_REFUSED', 'x', { details: { issues } }), '')).toEqual([
      'An invoice came that must not be paid:',
      '  INVOICE_BAD_SIGNATURE: bad\\u{0} (rule IR10)',
    ])
  })

  test('silence says what to do; a code without advice says nothing more', () => {
    const silence = new LnoError('SENT_NO_REPLY', '')
    expect(failureLines(silence, '')).toEqual([expect.stringContaining('offline')])
    expect(failureLines(silence, '', { of2021: true })[1]).toContain('types 387 and 385')
    const chosen = failureLines(silence, '', { of2021: true, generations: ['obs2', 'obs'] })
    expect(chosen.slice(1)).toEqual([expect.stringMatching(/asked in obs2, obs alone, as --generation/)])
    expect(failureLines(new LnoError('OFFER_EXPIRED', ''), '')).toEqual([])
  })

  test('the first attempt is told only to who wants to hear everything', () => {
    const attempt = { step: 'attempt', attempt: 1, route: [ID], reply: 'far end', generations: ['modern'] } as const
    expect(progressText(attempt, false)).toBeUndefined()
    expect(progressText(attempt, true)).toContain('over 0279be66…1798')
    expect(progressText({ ...attempt, attempt: 2, reply: 'self' }, false)).toContain('this node alone')
  })
})

describe('with a node', () => {
  async function daemon(
    root: string,
    generations?: readonly Generation[],
  ): Promise<{ node: RunningDaemon; events: JsonEvent[]; flags: string[] }> {
    const events: JsonEvent[] = []
    const node = await startDaemon({
      network: 'regtest',
      dataDir: join(root, 'regtest'),
      listen: [{ kind: 'tcp', host: '127.0.0.1', port: 0 }],
      version: '0.0.0',
      ...(generations && { generations }),
      onEvent: (event) => events.push(event),
      onFault: (error) => {
        throw error
      },
    })
    onTestFinished(() => node.stop())
    return { node, events, flags: ['--data-dir', root, '--network', 'regtest'] }
  }

  test('every command works, and its output says what to do next', async () => {
    const { node, flags } = await daemon(tempDir())
    const relay = await daemon(tempDir())
    const run = async (...words: string[]) => {
      const outcome = await lno([...words, ...flags])
      expect({ words, ...outcome }).toMatchObject({ code: 0 })
      expect(outcome.stderr).toMatch(/^Next: lno /m)
      // A line that asks a node asks this one, and not the one that there is without the options.
      const asks = /^Next: lno (node|peer|offer|invoice|fetch)\b/m.test(outcome.stderr)
      if (asks) expect(outcome.stderr).toContain(` --network regtest --data-dir ${flags[1]}`)
      return outcome.stdout
    }
    expect(await run('node', 'info')).toMatch(/wallet +embedded/)
    expect(await run('peer', 'list')).toBe('No peers.\n')
    expect(await run('offer', 'list')).toBe('No offers.\n')
    expect(await run('invoice', 'list')).toBe('No invoices.\n')

    const { nodeId, addresses } = relay.node.node.info()
    expect(await run('peer', 'connect', `${nodeId}@${addresses[0]}`)).toContain('takes and passes on onion messages')
    expect(await run('peer', 'list')).toContain(`${nodeId}\n  ${addresses[0]} since`)

    const created = await run('offer', 'create', '--amount', '10sat', '--description', 'tea\u0007', '--path', nodeId)
    const offer = created.trimEnd().split('\n').at(-1) ?? ''
    expect(created).toContain('description  tea\\u{7}')
    expect(created).toMatch(/path 1 +.*→ this node/)
    expect(offer).toMatch(/^lno1/)

    // The relay asks: it is the introduction node of the offer's path itself.
    const fetched = await lno(['fetch', offer, ...relay.flags])
    expect(fetched).toMatchObject({ code: 0, stderr: 'Next: lno explain INVOICE\n' })
    expect(fetched.stdout).toMatch(/^lni1\S+\n$/)
    const listed = await run('invoice', 'list')
    expect(listed).toContain('issued open  10 000 msat (10 sat)')
    const shown = await run('invoice', 'show', listed.slice(0, 16))
    expect(shown).toContain('can be paid   no: it was made without a wallet')
    expect(shown.trimEnd().split('\n').at(-1)).toBe(fetched.stdout.trimEnd())

    const id = (await run('offer', 'list')).slice(0, 16)
    expect(await run('offer', 'disable', id)).toContain('is disabled')
    expect(await lno(['fetch', offer, ...relay.flags])).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('INVOICE_ERROR: the issuer says: this offer is not available'),
    })
    expect(await run('offer', 'enable', id)).toContain('is enabled')
    expect(await run('offer', 'show', offer)).toContain('state        active')

    expect(await run('refund', 'list')).toBe('No refunds.\n')
    const promised = await run('refund', 'create', '--amount', '7sat', '--description', 'order\u0007', '--path', nodeId)
    expect(promised).toContain('description  order\\u{7}')
    expect(promised).toMatch(/path 1 +.*→ this node/)
    const refund = promised.trimEnd().split('\n').at(-1) ?? ''
    expect(refund).toMatch(/^lnr1/)
    const claimed = await lno(['refund', 'claim', refund, '--timeout', '200ms', ...relay.flags])
    expect(claimed.code).toBe(0)
    expect(claimed.stdout).toMatch(
      /^An invoice was sent, no error came back within 0\.2 s: 7 000 msat \(7 sat\) for refund /,
    )
    expect(claimed.stderr).toMatch(/^Next: lno invoice show [0-9a-f]{16} --network regtest --data-dir \S+\n$/)
    const refunds = await run('refund', 'list')
    expect(refunds).toContain('paying    7 000 msat (7 sat)  order\\u{7}')
    const answered = await run('refund', 'show', refunds.slice(0, 16))
    expect(answered).toContain('state         paying: an invoice came, and is being paid')
    expect(await run('invoice', 'list')).toContain('fetched answered  7 000 msat (7 sat)')
    expect(await run('invoice', 'show', refunds.slice(0, 16))).toMatch(/^refund +[0-9a-f]{64}$/m)
    expect((await lno(['invoice', 'list', ...relay.flags])).stdout).toContain('issued open  7 000 msat (7 sat)')
    expect(await run('refund', 'disable', refund)).toContain('is disabled')
    expect(await run('refund', 'list', '--open')).toBe('No refunds.\n')
    const again = await lno(['refund', 'claim', refund, '--timeout', '200ms', ...relay.flags])
    expect(again.stdout).toMatch(/^The invoice was sent again/)

    expect(await run('peer', 'disconnect', nodeId)).toContain('disconnected and forgotten')
    expect((await lno(['peer', 'disconnect', nodeId, ...flags])).stderr).toContain('PEER_NOT_FOUND')
    expect((await lno(['node', 'info', '--data-dir', join(node.socketPath, '..', '..')])).stderr).toContain(
      'but there is one of another network (--network regtest)',
    )
  }, 60_000)

  test('a node of 2021 makes offers of that form, and shows in which forms messages pass', async () => {
    const { node, flags } = await daemon(tempDir(), [obs2, obs])
    const relay = await daemon(tempDir())
    const run = async (...words: string[]) => {
      const outcome = await lno([...words, ...flags])
      expect({ words, ...outcome }).toMatchObject({ code: 0 })
      return outcome.stdout
    }
    const refusal = async (...words: string[]) => {
      const outcome = await lno([...words, ...flags])
      expect(problemWith(outcome)).toBeUndefined()
      return /lno: (\w+)/.exec(outcome.stderr)?.[1]
    }
    const created = await run('offer', 'create', '--amount', '10sat', '--description', 'tea', '--quantity-min', '2')
    expect(created).toMatch(/^form +that of 2021/m)
    expect(created).toMatch(/^quantity +2 or more$/m)
    expect(created).toMatch(new RegExp(`^signed by +${node.node.id.slice(2)}$`, 'm'))
    const text = created.trimEnd().split('\n').at(-1) ?? ''
    const offer = decodeLegacyOffer(text)
    expect(await run('offer', 'list')).toContain('active    10 000 msat (10 sat)  form of 2021  tea')
    expect(await run('offer', 'show', text)).toBe(created)
    expect(JSON.parse(await run('offer', 'show', text, '--json'))).toMatchObject({
      form: '2021',
      quantity_min: '2',
      quantity_max: '0',
      issuer_id: node.node.id.slice(2),
    })
    const create = ['offer', 'create', '--amount', '10sat', '--description', 'tea']
    expect(await refusal(...create, '--quantity-min', '2')).toBe('OFFER_EXISTS')
    expect(await refusal(...create, '--path', relay.node.node.id)).toBe('OFFER_FORM_UNFIT')
    expect(await refusal('offer', 'create', '--amount', 'any')).toBe('OFFER_FORM_UNFIT')
    expect(await refusal(...create, '--form', 'modern')).toBe('OFFER_FORM_UNSPOKEN')
    expect((await lno([...create, '--form', 'modern', ...flags])).stderr).toContain(
      'this node speaks obs2, obs alone, in which nobody asks for modern offers',
    )
    const toBoth = ['--form', '2021', '--quantity-max', '3']
    expect((await lno([...create, ...toBoth, ...relay.flags])).stdout).toMatch(/^quantity +1 to 3$/m)
    expect((await lno([...create, '--quantity-min', '3', ...relay.flags])).stderr).toContain('OFFER_FORM_UNFIT')

    const { nodeId, addresses } = node.node.info()
    expect((await lno(['peer', 'connect', `${nodeId}@${addresses[0]}`, ...relay.flags])).code).toBe(0)
    expect(await run('peer', 'list')).toContain('\n  onion messages: advertised (39)\n')
    // A request by hand, of whoever can be reached: what is shown of it is the same.
    const { messenger } = relay.node.node
    const random = (length: number) => new Uint8Array(length).fill(7)
    const { request } = createLegacyInvoiceRequest(offer, { random, quantity: 2n, payerNote: 'hot\u0007' })
    await new Promise<void>((answered) => {
      messenger.handle(66n, () => answered())
      messenger.send({
        generation: obs,
        route: [nodeId],
        to: nodeId,
        contents: {
          invoice_request: request.bytes,
          reply_path: messenger.makeReplyPath(obs, [relay.node.node.id], random(32)).path,
        },
        onFate: () => undefined,
      })
    })
    const listed = await run('invoice', 'list')
    expect(listed).toContain('issued open  20 000 msat (20 sat)')
    const shown = await run('invoice', 'show', listed.slice(0, 16))
    expect(shown).toMatch(/^can be paid +no: in the form of 2021 it is paid in the clear/m)
    expect(shown).toMatch(/^payer note +hot\\u\{7\}$/m)
    expect(JSON.parse(await run('invoice', 'show', listed.slice(0, 16), '--json'))).toMatchObject({
      form: '2021',
      payable: false,
    })
    const info = await run('node', 'info')
    expect(info).toMatch(/^speaks +obs2, obs$/m)
    expect(info).toMatch(/^obs +1 sent, 1 received$/m)
    expect(JSON.parse(await run('node', 'info', '--json'))).toMatchObject({
      generations: ['obs2', 'obs'],
      messages: { obs: { sent: 1, received: 1, forwarded: 0, dropped: 0 }, obs2: { sent: 0, received: 0 } },
    })
    expect(await run('peer', 'list')).toMatch(/\n {2}onion messages: advertised \(39\); obs last seen [^;]+ UTC\n$/)
    const narrow = await lno(['peer', 'list', ...flags], { columns: 40, env: { NO_COLOR: '1' } })
    const lines = narrow.stdout.split('\n').filter((line) => !/[0-9a-f]{66}|since/.test(line))
    expect(lines.filter((line) => line.length > 40)).toEqual([])
    expect(lines.join(' ').replace(/ +/g, ' ')).toContain('onion messages: advertised (39); obs last seen')
    expect(JSON.parse(await run('peer', 'list', '--json'))).toMatchObject({
      peers: [{ generations: { advertised: [39], proven: [{ name: 'obs', last: expect.stringMatching(/Z$/) }] } }],
    })
  }, 60_000)

  test('events are followed until a signal, and say when the node has ended', async () => {
    const { node, flags } = await daemon(tempDir())
    const stop = new AbortController()
    const following = lno(['events', 'offer', '--json', ...flags], { signal: stop.signal })
    // The command that follows came first, so by the last of these it has subscribed.
    for (let made = 0; made < 3; made++) await lno(['offer', 'create', '--amount', 'any', ...flags])
    stop.abort('SIGINT')
    const outcome = await following
    expect(outcome.code).toBe(130)
    const kinds = outcome.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as JsonEvent).kind)
    expect(new Set(kinds)).toEqual(new Set(['offer_created']))

    const until = lno(['events', 'peer', 'message', 'nosuch', ...flags])
    await lno(['node', 'info', ...flags])
    await node.stop()
    const { code, stderr } = await until
    expect(code).toBe(3)
    expect(stderr).toContain('CONTROL_LOST')
    // Whoever mistypes a kind would wait for ever.
    expect(stderr.match(/No kind of event is known here as \w+/g)).toEqual(['No kind of event is known here as nosuch'])
  }, 60_000)

  test('an offer with a path over a stranger is made with a warning', async () => {
    const { flags } = await daemon(tempDir())
    const outcome = await lno(['offer', 'create', '--amount', 'any', '--path', ID, ...flags])
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toContain(`path 1 comes to us from ${ID}, which is not connected`)
  })

  test('an offer that has expired already is made with a warning', async () => {
    const { flags } = await daemon(tempDir())
    const outcome = await lno(['offer', 'create', '--amount', 'any', '--expiry', '2020-01-01', ...flags])
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toMatch(/^lno: the offer has expired already/)
    expect((await lno(['offer', 'create', '--amount', 'any', '--expiry', '1h', ...flags])).stderr).toMatch(/^Next: /)
  })

  test('and so is a refund', async () => {
    const { flags } = await daemon(tempDir())
    const create = ['refund', 'create', '--amount', '5', '--description', 'tea', ...flags]
    const outcome = await lno([...create, '--expiry', '2020-01-01'])
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toMatch(/^lno: the refund has expired already/)
    expect((await lno([...create, '--expiry', '1h'])).stderr).toMatch(/^Next: /)
  })

  test('a second node on the same folder is refused', async () => {
    const { flags } = await daemon(tempDir())
    const outcome = await lno(['node', 'start', '--listen', 'none', ...flags])
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('NODE_ALREADY_RUNNING') })
  })

  test('a node started from the command line is ready, logs, and stops on a signal', async () => {
    const stop = new AbortController()
    const root = tempDir()
    const flags = ['--data-dir', root, '--network', 'regtest']
    const running = lno(['node', 'start', '--listen', '127.0.0.1:0', '--json', ...flags], { signal: stop.signal })
    let info = await lno(['node', 'info', '--json', ...flags])
    for (let tries = 0; info.code !== 0 && tries < 500; tries++) info = await lno(['node', 'info', '--json', ...flags])
    stop.abort('SIGTERM')
    const outcome = await running
    expect(outcome.code).toBe(0)
    const { node_id } = info.json() as { readonly node_id: string }
    expect(outcome.json()).toMatchObject({
      ready: true,
      node_id,
      network: 'regtest',
      addresses: [expect.stringMatching(/^127\.0\.0\.1:\d+$/)],
      socket: expect.stringContaining('control.sock'),
    })
    const kinds = outcome.stderr
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as JsonEvent).kind)
    expect([kinds[0], kinds.at(-1)]).toEqual(['node_ready', 'node_stopping'])
    expect((await lno(['node', 'info', ...flags])).code).toBe(3)
  }, 60_000)

  test('fetch alone needs no node', async () => {
    const { node, flags } = await daemon(tempDir())
    const { nodeId, addresses } = node.node.info()
    const { stdout } = await lno(['offer', 'create', '--amount', 'any', '--json', ...flags])
    const { bolt12 } = JSON.parse(stdout) as { readonly bolt12: string }
    const via = ['--via', `${nodeId}@${addresses[0]}`, '--data-dir', tempDir(), '--network', 'regtest']
    const outcome = await lno(['fetch', bolt12, '--amount', '7', '--json', '-v', ...via])
    expect(outcome.code).toBe(0)
    expect(outcome.json()).toMatchObject({ amount_msat: '7', attempt: 1, bolt12: expect.stringMatching(/^lni1/) })
    expect(outcome.stderr).toContain('an invoice came, and every check passed')
  }, 60_000)
})
