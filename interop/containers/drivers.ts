import { join } from 'node:path'
import type { Availability, Driver, LabPeer, PeerOptions } from '../driver.js'
import { CLN_NEVER_LIVE } from '../drivers/cln.js'
import { clnPeer } from '../drivers/cln-peer.js'
import { clnCannot, clnRelease, clnVersion } from '../drivers/cln-release.js'
import { clnRpc } from '../drivers/cln-rpc.js'
import { ECLAIR_NEVER_LIVE } from '../drivers/eclair.js'
import { eclairHttp } from '../drivers/eclair-http.js'
import { ECLAIR_CANNOT, eclairPeer } from '../drivers/eclair-peer.js'
import { type ContainerRun, openContainers, type RunningContainer } from '../lib/containers.js'
import { CLN_FLAGS_OF_TAG, ECLAIR_PASSWORD, IMAGES } from './images.js'

export interface ContainerDriversOptions {
  /** Other images or tags than the table's: `{ cln: 'elementsproject/lightningd:v0.10.2' }`, or a tag alone. */
  readonly images?: Partial<Record<'cln' | 'eclair', string>>
  /** How a run is opened; where an engine answers unless given. */
  open?(): Promise<ContainerRun | { readonly reason: string }>
}

type Peer = (container: RunningContainer, run: ContainerRun, at: PeerOptions, logFile: string) => Promise<LabPeer>

/** Drivers of the official images, `cln` and `eclair`, whose nodes share one network, one bitcoind and one end. */
export function containerDrivers(options: ContainerDriversOptions = {}): readonly Driver[] {
  const { open = openContainers } = options
  let opened: Promise<ContainerRun | { readonly reason: string }> | undefined
  const opening = () => {
    opened ??= open()
    return opened
  }

  const driver = (
    service: 'cln' | 'eclair',
    image: string,
    more: Pick<Driver, 'cannot' | 'neverLive'>,
    start: (run: ContainerRun, at: PeerOptions, logFile: string) => Promise<RunningContainer>,
    peer: Peer,
  ): Driver => {
    let prepared: Promise<Availability> | undefined
    const prepare = async (tell: (line: string) => void): Promise<Availability> => {
      try {
        const run = await opening()
        if ('reason' in run) return { ok: false, reason: run.reason }
        const images = [image, ...IMAGES[service].needs.map((name) => `${IMAGES[name].image}:${IMAGES[name].tag}`)]
        for (const each of images) {
          tell(`looking for the image ${each}`)
          const missing = await run.missing(each)
          if (missing !== undefined) return { ok: false, reason: `no image ${each}: ${missing}` }
        }
        return { ok: true, version: image, how: 'container' }
      } catch (error) {
        return { ok: false, reason: `no containers: ${(error as Error).message}` }
      }
    }
    return {
      name: service,
      ...more,
      costly: true,
      prepare(tell) {
        prepared ??= prepare(tell)
        return prepared
      },
      async start(at) {
        const run = await opening()
        if ('reason' in run) throw new Error(run.reason)
        const logFile = join(at.dir, `${at.role}.log`)
        const container = await start(run, at, logFile)
        try {
          return await peer(container, run, at, logFile)
        } catch (error) {
          await container.stop()
          throw error
        }
      },
      async close() {
        const run = await opened
        if (run !== undefined && !('reason' in run)) await run.close()
      },
    }
  }

  const named = (service: 'cln' | 'eclair') => {
    const { image, tag } = IMAGES[service]
    const asked = options.images?.[service] ?? tag
    return asked.includes('/') || asked.includes(':') ? asked : `${image}:${asked}`
  }
  const clnImage = named('cln')
  const release = clnRelease(clnVersion(clnImage.split(':').at(-1) ?? '') ?? [26, 6, 6])
  const eclairImage = named('eclair')

  return [
    driver(
      'cln',
      clnImage,
      { cannot: clnCannot(release), neverLive: CLN_NEVER_LIVE },
      (run, { role }, logFile) => {
        const kept = IMAGES.cln.command.filter((word) => !CLN_FLAGS_OF_TAG.includes(word))
        return run.start('cln', {
          role,
          image: clnImage,
          logFile,
          change: { command: [...kept, ...release.flags, '--disable-plugin=cln-grpc'] },
        })
      },
      async (container, run, { role }, logFile) => {
        const rpc = clnRpc(container.at('api'))
        const { id } = await rpc.call<{ readonly id: string }>('getinfo')
        return clnPeer({
          rpc,
          release,
          role,
          driver: 'cln',
          nodeId: id,
          address: container.address,
          files: [{ name: 'log', path: logFile }],
          log: container.log,
          stop: container.stop,
          inside: run.inside,
        })
      },
    ),
    driver(
      'eclair',
      eclairImage,
      { cannot: ECLAIR_CANNOT, neverLive: ECLAIR_NEVER_LIVE },
      (run, { role }, logFile) => run.start('eclair', { role, image: eclairImage, logFile }),
      async (container, run, { role }, logFile) => {
        const http = eclairHttp({ ...container.at('api'), password: ECLAIR_PASSWORD })
        const { nodeId } = await http.post<{ readonly nodeId: string }>('getinfo')
        return eclairPeer({
          http,
          role,
          driver: 'eclair',
          nodeId,
          address: container.address,
          files: [{ name: 'log', path: logFile }],
          log: container.log,
          stop: container.stop,
          inside: run.inside,
        })
      },
    ),
  ]
}
