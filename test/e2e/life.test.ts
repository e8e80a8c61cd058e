import { existsSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fromHex } from '../../src/base/hex.js'
import { identityOf } from '../../src/node/identity.js'
import { systemNet } from '../../src/node/net/index.js'
import { systemRandom } from '../../src/node/random.js'
import { initiate } from '../../src/noise/handshake.js'
import { jsonOf, ONE_LINE, useLab } from '../support/e2e/lab.js'
import { callRaw } from '../support/raw-peer.js'

/** A daemon from its first line to its end, and what may come in between. */

const lab = useLab()

test('a node says in one line that it is ready, for programs and for people', async () => {
  const node = await lab.startNode('ready')
  const lines = (await (await lab.startNode('ready-too')).kill('SIGTERM')).stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toEqual({
    ready: true,
    node_id: expect.stringMatching(/^0[23][0-9a-f]{64}$/),
    network: 'regtest',
    addresses: [expect.stringMatching(/^127\.0\.0\.1:\d+$/)],
    socket: join(lab.root, 'ready-too', 'regtest', 'control.sock'),
    pid: expect.any(Number),
  })
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
  expect(mode(node.dataDir)).toBe('700')
  expect(mode(join(node.dataDir, 'control.sock'))).toBe('600')
  expect(mode(join(node.dataDir, 'node.key'))).toBe('600')

  const info = await node.json('node', 'info')
  expect(info).toMatchObject({ node_id: node.id, pid: node.pid, addresses: node.addresses, wallet: 'embedded' })
  const line = new Promise<string>((onStdout) => {
    const argv = ['node', 'start', '--listen', '127.0.0.1:0', '--log', 'none']
    lab.start(argv, { at: 'people', onStdout })
  })
  expect(await line).toMatch(/^ready 0[23][0-9a-f]{64}@127\.0\.0\.1:\d+, control \S+control\.sock$/)
})

test('a second node on the same folder is refused, and the first goes on', async () => {
  const node = await lab.startNode('single')
  const second = await node.lno('node', 'start', '--listen', '127.0.0.1:0')
  expect(second).toMatchObject({ code: 1, stdout: '' })
  expect(second.stderr).toMatch(/^lno: NODE_ALREADY_RUNNING: /)
  expect(second.stderr).toMatch(ONE_LINE)
  expect(await node.json('node', 'info')).toMatchObject({ pid: node.pid })

  const neighbour = await lab.lno(['node', 'start', '--listen', `${node.addresses[0]}`], { at: 'neighbour' })
  expect(neighbour).toMatchObject({ code: 1, stdout: '' })
  expect(neighbour.stderr).toMatch(/^lno: LISTEN_FAILED: /m)
})

test('node stop returns when the node has ended, and what follows says how to start one', async () => {
  const node = await lab.startNode('stopped')
  expect(await node.json('node', 'stop')).toEqual({ stopped: true, pid: node.pid })
  expect(await node.process.ended).toMatchObject({ code: 0, signal: null })
  expect(existsSync(join(node.dataDir, 'control.sock'))).toBe(false)
  const lno1 = 'lno1zcss9mk8y3wkklfvevcrszlmu23kfrxh49px20665dqwmn4p72pksese'
  const commands = [
    ['offer', 'list'],
    ['offer', 'create', '--amount', 'any'],
    ['fetch', lno1],
    ['node', 'stop'],
    ['events'],
    ['peer', 'list', '--json'],
  ]
  const ran = await Promise.all(commands.map((argv) => node.lno(...argv)))
  for (const [index, { code, stdout, stderr }] of ran.entries()) {
    const json = commands[index]!.includes('--json')
    expect({ command: commands[index], code }).toEqual({ command: commands[index], code: 3 })
    if (json) expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NODE_NOT_RUNNING' } })
    else expect(stdout).toBe('')
    expect(stderr).toMatch(/^lno: NODE_NOT_RUNNING: .*lno node start/m)
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^lno: /)
  }
})

test('an offer that was answered for is there after SIGKILL', async () => {
  const before = await lab.startNode('killed')
  const argv = ['offer', 'create', '--amount', '2500', '--description', 'Kept', '--path', before.id, '--json']
  const killed = new Promise<void>((done) => {
    // At the first byte of the answer, not when the command has ended.
    const creating = lab.start(argv, { at: 'killed' })
    creating.child.stdout.once('data', () => void before.kill('SIGKILL').then(() => done()))
    void creating.ended.then(({ stdout }) => made.push(stdout))
  })
  const made: string[] = []
  await killed
  expect(await before.process.ended).toMatchObject({ code: null, signal: 'SIGKILL' })
  // What a dead node leaves is not taken for a running one.
  expect(existsSync(join(before.dataDir, 'control.sock'))).toBe(true)
  expect(await before.lno('offer', 'list')).toMatchObject({ code: 3 })

  const after = await lab.startNode('killed')
  expect(after.id).toBe(before.id)
  const { offers } = await after.json('offer', 'list')
  expect(offers).toMatchObject([{ description: 'Kept', active: true }])
  const { bolt12, offer_id } = JSON.parse(made.join(''))
  expect(offers).toMatchObject([{ bolt12, offer_id }])
  const fetched = await lab.lno(['fetch', bolt12, '--via', after.at(), '--json'])
  expect(jsonOf(fetched).amount_msat).toBe('2500')
})

test('events are followed as they happen, until the follower is interrupted or the node ends', async () => {
  const node = await lab.startNode('followed')
  const lines: string[] = []
  const follow = (...argv: readonly string[]) =>
    new Promise<ReturnType<typeof lab.start>>((resolve) => {
      const running = lab.start(['events', ...argv], {
        at: 'followed',
        onStdout: (line) => lines.push(line),
        onStderr: (line) => {
          if (line.startsWith('Following')) resolve(running)
        },
      })
    })
  const [json, text] = await Promise.all([follow('--json', 'offer'), follow()])
  const { offer_id: id } = await node.json('offer', 'create', '--amount', 'any')
  await node.json('offer', 'disable', `${id}`)
  // In the order of events: when the last one is there, the first one was.
  await node.events.next('offer_disabled')
  json.child.kill('SIGINT')
  expect(await json.ended).toMatchObject({ code: 130 })
  const events = (await json.ended).stdout.trimEnd().split('\n')
  expect(events.map((line) => JSON.parse(line))).toMatchObject([{ kind: 'offer_created' }, { kind: 'offer_disabled' }])
  await node.kill('SIGTERM')
  expect(await text.ended).toMatchObject({ code: 3 })
  expect((await text.ended).stdout).toMatch(/offer [0-9a-f]{8}….* made\n.*disabled\n/)
})

test('bad input is one line that says what is wrong, and never a stack trace', async () => {
  const node = await lab.startNode('picky')
  const usage = [
    ['offer', 'create'],
    ['offer', 'create', '--amount', '-5'],
    ['offer', 'create', '--amount', '1.5'],
    ['offer', 'create', '--amount', 'any', '--path', '02abcd'],
    ['offer', 'create', '--amount', 'any', '--expiry', 'soon'],
    ['fetch'],
    ['peer', 'connect', 'nonsense'],
    ['node', 'start', '--listen', '1.2.3'],
    ['offer', 'lst'],
  ]
  const invalid = [
    ['offer', 'create', '--amount', '1000'],
    ['offer', 'show', 'ffff'],
    ['invoice', 'show', 'ffff'],
    ['fetch', 'lno1pqpq'],
    ['fetch', 'lni1qqg'],
    ['peer', 'disconnect', node.id],
  ]
  for (const [expected, commands] of [
    [2, usage],
    [1, invalid],
  ] as const) {
    const ran = await Promise.all(commands.map(async (argv) => ({ argv, ...(await node.lno(...argv)) })))
    for (const { argv, code, stdout, stderr } of ran) {
      expect({ argv, code, stdout }).toEqual({ argv, code: expected, stdout: '' })
      expect(stderr, argv.join(' ')).toMatch(ONE_LINE)
    }
  }
})

test('a node survives garbage on its ports and on its control socket, and answers all the while', async () => {
  const node = await lab.startNode('sturdy', { listen: ['127.0.0.1:0', 'ws://127.0.0.1:0'] })
  const { bolt12: offer } = await node.json('offer', 'create', '--amount', '1000', '--description', 'Still here')
  const [tcp, ws] = node.addresses.map((address) => Number(address.replace(/\/?$/, '').split(':').at(-1)))
  const caller = identityOf(systemRandom(32)).keys
  const actOne = initiate({ local: caller, random: systemRandom, remoteStatic: fromHex(node.id) }).output
  const flipped = actOne.map((byte, index) => (index === 40 ? byte ^ 1 : byte))

  // Ends when the node hangs up; sockets that stay open do so while the others are answered.
  const hungUp = (port: number | undefined, bytes: Uint8Array | string) =>
    new Promise<void>((resolve) => {
      const socket = connect({ port: port ?? 0, host: '127.0.0.1' }, () => socket.write(bytes))
      socket.on('error', () => undefined).resume()
      socket.on('close', () => resolve())
    })
  const silent = [new Uint8Array(0), actOne.subarray(0, 20), actOne].map((bytes) =>
    connect({ port: tcp ?? 0, host: '127.0.0.1' }, function (this: ReturnType<typeof connect>) {
      this.write(bytes)
    }).on('error', () => undefined),
  )
  await Promise.all([
    hungUp(tcp, systemRandom(50)),
    hungUp(tcp, systemRandom(5000)),
    hungUp(tcp, flipped),
    hungUp(tcp, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\nthis is not Lightning, not even nearly so'),
    hungUp(ws, systemRandom(500)),
    hungUp(ws, 'POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
  ])
  const peer = await callRaw(systemNet, { kind: 'tcp', host: '127.0.0.1', port: tcp ?? 0 }, caller, fromHex(node.id))
  const garbage = new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (peer.handshake.phase !== 'done') return
      clearInterval(timer)
      peer.stream.write(systemRandom(400))
      resolve()
    }, 1)
  })
  await garbage
  await node.events.next('connection_failed')
  await new Promise<void>((resolve) => {
    const socket = connect({ path: join(node.dataDir, 'control.sock') }, () =>
      socket.write(`{"jsonrpc":\n${'x'.repeat(300_000)}`),
    )
    socket.on('error', () => undefined).resume()
    socket.on('close', () => resolve())
  })
  const fetched = await lab.lno(['fetch', offer, '--via', node.at(), '--json'])
  expect(jsonOf(fetched).amount_msat).toBe('1000')
  for (const socket of silent) socket.destroy()
  expect(node.process.result()).toBeUndefined()
})
