import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { progressText } from '../../src/cli/daemon/fetch-text.js'
import { connectControl } from '../../src/node/control/client.js'
import { type DaemonOptions, type RunningDaemon, startDaemon } from '../../src/node/daemon.js'
import { modern } from '../../src/onion/generations/modern.js'
import { obs } from '../../src/onion/generations/obs.js'
import { obs2 } from '../../src/onion/generations/obs2.js'
import { tempDir } from '../support/temp-dir.js'
import { lno } from './run.js'

async function daemon(
  generations?: DaemonOptions['generations'],
): Promise<{ readonly node: RunningDaemon; readonly flags: readonly string[]; readonly address: string }> {
  const root = tempDir()
  const node = await startDaemon({
    network: 'regtest',
    dataDir: join(root, 'regtest'),
    listen: [{ kind: 'tcp', host: '127.0.0.1', port: 0 }],
    version: '0.0.0',
    ...(generations && { generations }),
    onEvent: () => undefined,
    onFault: (error) => {
      throw error
    },
  })
  onTestFinished(() => node.stop())
  const { nodeId, addresses } = node.node.info()
  return { node, flags: ['--data-dir', root, '--network', 'regtest'], address: `${nodeId}@${addresses[0]}` }
}

/** A merchant of 2021 and its offer. */
async function merchantOf2021(...generations: NonNullable<DaemonOptions['generations']>) {
  const merchant = await daemon(generations)
  const { text } = await merchant.node.node.issuer.createLegacy({ description: 'tea', amountMsat: 10_000n })
  return { ...merchant, offer: text }
}

describe('lno fetch of an offer of 2021', () => {
  test('prints the invoice, says that it is not paid from here, and shows each message and its form', async () => {
    const merchant = await merchantOf2021(obs2)
    const payer = await daemon()
    const steps: unknown[] = []
    const control = await connectControl(dirname(payer.node.socketPath))
    onTestFinished(() => control.close())
    expect((await lno(['peer', 'connect', merchant.address, ...payer.flags])).code).toBe(0)
    const first = await lno(['fetch', merchant.offer, '--verbose', ...payer.flags])
    expect(first.code).toBe(0)
    expect(first.stdout).toMatch(/^lni1\S+\n$/)
    // The answer to the first may overtake the second.
    const lines = first.stderr.split('\n')
    expect([lines[0], lines[1], ...lines.slice(2, 4).sort(), ...lines.slice(4)]).toEqual([
      expect.stringMatching(/^attempt 1 over 0\S+ \(reply path: this node alone\), in the form obs2, then obs$/),
      expect.stringMatching(/^attempt 1 \(obs2\): the message has left to 0/),
      expect.stringMatching(/^attempt 1 \(obs\): the message has left to 0/),
      expect.stringMatching(/^attempt 1 \(obs2\): an invoice came from 0/),
      'attempt 1 (obs2): an invoice came, and every check passed',
      'It is an invoice of 2021, which is paid unblinded: lno does not pay it (lno explain PAYMENT_UNBLINDED).',
      'Next: lno explain INVOICE',
      '',
    ])
    const second = await lno(['fetch', merchant.offer, '--verbose', '--json', ...payer.flags])
    expect(second.json()).toMatchObject({ form: '2021', generation: 'obs2', amount_msat: '10000', attempts: 1 })
    expect(second.stderr).toMatch(/^attempt 1 over .*, in the form obs2$/m)
    expect(second.stderr.match(/the message has left/g)).toHaveLength(1)
    const listed = await lno(['invoice', 'list', '--json', ...payer.flags])
    expect(listed.json()).toMatchObject({
      invoices: [
        { direction: 'fetched', status: 'answered', form: '2021', generation: 'obs2', amount_msat: '10000' },
        { description: 'tea', offer: merchant.offer },
      ],
    })
    // What programs hear of it says the same as data.
    await control.call('fetch', { offer: merchant.offer }, { onProgress: (step) => steps.push(step) })
    expect(steps).toMatchObject([
      { step: 'attempt', generations: ['obs2'] },
      { step: 'sent', generation: 'obs2' },
      { step: 'received', generation: 'obs2', contents: 'invoice' },
      { step: 'invoice', generation: 'obs2' },
    ])
    const bad = control.call('fetch', { offer: merchant.offer, generations: ['nosuch'] })
    await expect(bad).rejects.toMatchObject({ code: 'CONTROL_BAD_PARAMS', message: expect.stringContaining('obs2') })
    const id = (second.json() as { id: string }).id
    const shown = await lno(['invoice', 'show', id.slice(0, 16), ...payer.flags])
    expect(shown.stdout).toMatch(/^came as +obs2$/m)
    expect(shown.stdout).toMatch(/^can be paid +no: in the form of 2021/m)
  }, 30_000)

  test('in the forms that the user names: by option, environment or file, with a node or without', async () => {
    const merchant = await merchantOf2021(obs2, obs)
    const payer = await daemon()
    const generation = async (words: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const outcome = await lno(['fetch', merchant.offer, '--via', merchant.address, '--json', ...words], { env })
      expect(outcome).toMatchObject({ code: 0 })
      return (outcome.json() as { generation: string }).generation
    }
    expect(await generation([...payer.flags, '--generation', 'obs'])).toBe('obs')
    expect(await generation([...payer.flags], { LNO_GENERATION: 'obs' })).toBe('obs')
    expect(await generation([...payer.flags, '--generation', 'obs2'], { LNO_GENERATION: 'obs' })).toBe('obs2')
    expect(await generation(['--network', 'regtest', '--alone', '--generation', 'obs'])).toBe('obs')
    const home = tempDir()
    mkdirSync(join(home, '.config', 'lno'), { recursive: true })
    writeFileSync(join(home, '.config', 'lno', 'config.json'), '{"generation": "obs2"}')
    expect(await generation(['--network', 'regtest', '--alone'], { HOME: home })).toBe('obs2')
  }, 30_000)

  test('a name that is none is a usage error that lists the known ones; one that is not spoken has its own code', async () => {
    const merchant = await merchantOf2021(obs2)
    const payer = await daemon([modern, obs2])
    const typed = await lno(['fetch', merchant.offer, '--generation', 'obs2,obs3', ...payer.flags])
    expect(typed).toMatchObject({ code: 2, stdout: '' })
    expect(typed.stderr).toContain('"obs3" is no wire form of onion messages; known are modern, modern-uncounted, obs2')
    const set = await lno(['fetch', merchant.offer, ...payer.flags], { env: { LNO_GENERATION: 'nosuch' } })
    expect(set.stderr).toContain('LNO_GENERATION: "nosuch" is no wire form')
    const mute = await lno(['fetch', merchant.offer, '--generation', 'obs', '--via', merchant.address, ...payer.flags])
    expect(mute.code).toBe(1)
    expect(mute.stderr).toContain('GENERATION_NOT_SPOKEN: this node does not speak obs, only modern, obs2')
    expect(mute.stderr).toContain('start the node with this one among its `--generations`')
  }, 30_000)
})

test('a problem names the form of its message', () => {
  const problem = { step: 'problem', attempt: 2, generation: 'obs', code: 'SENT_NO_REPLY', why: 'silence' } as const
  expect(progressText(problem, false)).toBe('attempt 2 (obs): SENT_NO_REPLY, silence')
})
