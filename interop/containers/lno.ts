import { join } from 'node:path'
import type { FetchOutcome, FetchRequest, LabPeer, MadeOffer, OfferShape, PeerOptions, PeerRef } from '../driver.js'
import type { ContainerRun } from '../lib/containers.js'
import { LNO_PROGRAM } from './images.js'

/** What lno says of an error with `--json`. */
interface Failed {
  readonly error: { readonly code: string; readonly message: string }
}

/** Exit codes of lno: docs/cli.md. */
const NETWORK_FAILED = 3
const INVOICE_ERROR = 4

/** A node of ours in a container, asked by its own command line. */
export async function startLnoContainer(
  run: ContainerRun,
  image: string,
  options: Pick<PeerOptions, 'role' | 'dir'>,
): Promise<LabPeer> {
  const logFile = join(options.dir, `${options.role}.log`)
  const container = await run.start('lno', { role: options.role, image, logFile })
  const ask = async (...argv: readonly string[]) => {
    const where = ['--network', 'regtest', '--data-dir', '/data', '--json']
    const { code, stdout, stderr } = await container.exec([...LNO_PROGRAM, ...argv, ...where])
    let said: unknown
    try {
      said = JSON.parse(stdout)
    } catch {
      throw new Error(`lno ${argv.slice(0, 2).join(' ')} ended with ${code}: ${stderr || stdout}`)
    }
    return { code, said: said as Readonly<Record<string, unknown>> & Partial<Failed> }
  }
  const sure = async <T>(...argv: readonly string[]): Promise<T> => {
    const { code, said } = await ask(...argv)
    if (code !== 0) throw new Error(`lno ${argv.slice(0, 2).join(' ')}: ${said.error?.code} ${said.error?.message}`)
    return said as T
  }
  const { node_id } = await sure<{ readonly node_id: string }>('node', 'info')

  const createOffer = async (shape: OfferShape): Promise<MadeOffer> => {
    const argv = ['--amount', `${shape.amountMsat ?? 'any'}`, '--description', shape.description]
    if (shape.quantityMax !== undefined)
      argv.push('--quantity-max', shape.quantityMax === 'unlimited' ? 'any' : `${shape.quantityMax}`)
    if (shape.absoluteExpiry !== undefined) argv.push('--expiry', `${shape.absoluteExpiry}`)
    for (const path of shape.paths) argv.push('--path', path.map(({ nodeId }) => nodeId).join(','))
    const { bolt12 } = await sure<{ readonly bolt12: string }>('offer', 'create', ...argv)
    return { text: bolt12 }
  }

  const fetch = async (request: FetchRequest): Promise<FetchOutcome> => {
    const argv = [request.offer, '--attempts', '1', '--timeout', `${Math.ceil(request.timeoutMs / 1000)}s`]
    if (request.amountMsat !== undefined) argv.push('--amount', `${request.amountMsat}`)
    if (request.quantity !== undefined) argv.push('--quantity', `${request.quantity}`)
    if (request.payerNote !== undefined) argv.push('--note', request.payerNote)
    for (const { nodeId, address } of request.over) argv.push('--via', `${nodeId}@${await run.inside(address)}`)
    const { code, said } = await ask('fetch', ...argv)
    if (code === 0) {
      // With exit code 0 the document is a fetched invoice, and no error.
      const invoice = said as unknown as { readonly bolt12: string }
      const read = await sure<{ readonly invoice_amount_msat: string }>('decode', invoice.bolt12)
      return { kind: 'invoice', invoice: invoice.bolt12, amountMsat: BigInt(read.invoice_amount_msat) }
    }
    const { code: word = 'UNKNOWN', message = '' } = said.error ?? {}
    if (code === INVOICE_ERROR) return { kind: 'invoice_error', message }
    return { kind: code === NETWORK_FAILED ? 'silence' : 'refused', code: word, message }
  }

  return {
    role: options.role,
    driver: 'lno-container',
    nodeId: node_id,
    address: container.address,
    async connect(to: PeerRef) {
      await sure('peer', 'connect', `${to.nodeId}@${await run.inside(to.address)}`)
    },
    async peers() {
      const { peers } = await sure<{ readonly peers: readonly { node_id: string; connected: boolean }[] }>(
        'peer',
        'list',
      )
      return peers.filter(({ connected }) => connected).map(({ node_id }) => node_id)
    },
    createOffer,
    fetch,
    files: [{ name: 'log', path: logFile }],
    log: () => container.log(),
    stop: () => container.stop(),
  }
}
