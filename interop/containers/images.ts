/**
 * The one table of images: what each is called, how it is started, and how one sees that it is ready. `compose.yaml` is
 * written from it, and the lab starts containers by it, so the two cannot drift.
 * @module
 */

import { clnRelease } from '../drivers/cln-release.js'

export type ServiceName = 'bitcoind' | 'cln' | 'eclair' | 'lnd' | 'lno'

export interface ImageSpec {
  readonly image: string
  readonly tag: string
  /** Ports inside; `p2p` takes Lightning connections, `api` is asked by the driver. */
  readonly ports: Readonly<Record<string, number>> & { readonly p2p: number }
  readonly environment: Readonly<Record<string, string>>
  readonly command: readonly string[]
  /** As Docker's own health checks have it. */
  readonly health: {
    readonly test: readonly ['CMD', ...string[]]
    readonly intervalMs: number
    readonly timeoutMs: number
    readonly retries: number
    /** Failures before it do not count. */
    readonly startMs: number
  }
  /** Services that must be ready first; reached by their names. */
  readonly needs: readonly ServiceName[]
  /** Run inside, in this order, once it is ready and before those who need it start. */
  readonly once: readonly (readonly string[])[]
  /** Where one reads of its flags, and what to know. */
  readonly note: string
}

/** What the release behind the tag of CLN is told beyond what every release is. */
export const CLN_FLAGS_OF_TAG: readonly string[] = clnRelease([25, 12, 1]).flags

/** User and password of bitcoind in a network that only this machine reaches. */
export const BITCOIND_AUTH = { user: 'lno', password: 'lno-regtest' } as const

/** Password of Eclair's API in a network that only this machine reaches. */
export const ECLAIR_PASSWORD = 'lno-regtest'

const { user, password } = BITCOIND_AUTH

/** bitcoind as its own health check and set-up call it. */
const BITCOIN_CLI = ['bitcoin-cli', '-regtest', `-rpcuser=${user}`, `-rpcpassword=${password}`] as const

export type ImageTable = Readonly<Record<ServiceName, ImageSpec>>

/** The program in the image that `make-image.ts` makes; its entry point. */
export const LNO_PROGRAM = ['/usr/local/bin/node', '/lno/dist/cli/main.js'] as const

/** Nobody's address, so that blocks need no wallet: 20 bytes of zero. */
const BURNT = 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202'

export const IMAGES: ImageTable = {
  bitcoind: {
    image: 'blockstream/bitcoind',
    tag: '31.1',
    ports: { p2p: 18444, rpc: 18443, zmqblock: 28332, zmqtx: 28333, zmqrawblock: 28334 },
    environment: {},
    command: [
      'bitcoind',
      '-printtoconsole',
      '-regtest=1',
      '-txindex=1',
      '-rpcallowip=0.0.0.0/0',
      '-rpcbind=0.0.0.0',
      `-rpcuser=${user}`,
      `-rpcpassword=${password}`,
      '-fallbackfee=0.00001',
      '-zmqpubhashblock=tcp://0.0.0.0:28332',
      '-zmqpubrawtx=tcp://0.0.0.0:28333',
      '-zmqpubrawblock=tcp://0.0.0.0:28334',
    ],
    health: {
      test: ['CMD', ...BITCOIN_CLI, 'getblockchaininfo'],
      intervalMs: 1_000,
      timeoutMs: 10_000,
      retries: 5,
      startMs: 60_000,
    },
    needs: [],
    // Eclair takes its wallet by name and stops without it; CLN opens no channel at height 0.
    once: [
      [...BITCOIN_CLI, '-rpcconnect=bitcoind', 'createwallet', 'eclair'],
      [...BITCOIN_CLI, '-rpcconnect=bitcoind', 'generatetoaddress', '1', BURNT],
    ],
    note: 'Eclair wants hashblock, lnd wants rawblock.',
  },
  cln: {
    image: 'elementsproject/lightningd',
    tag: 'v25.12.1',
    ports: { p2p: 9735, api: 9835 },
    // The entry point bridges the RPC socket to a TCP port, with no word of authentication.
    environment: { LIGHTNINGD_NETWORK: 'regtest', EXPOSE_TCP: 'true' },
    command: [
      '--bitcoin-rpcconnect=bitcoind',
      '--bitcoin-rpcport=18443',
      `--bitcoin-rpcuser=${user}`,
      `--bitcoin-rpcpassword=${password}`,
      '--bind-addr=0.0.0.0:9735',
      '--log-level=debug',
      '--disable-dns',
      ...CLN_FLAGS_OF_TAG,
    ],
    health: {
      test: ['CMD', 'lightning-cli', '--network=regtest', 'getinfo'],
      intervalMs: 1_000,
      timeoutMs: 10_000,
      retries: 5,
      startMs: 60_000,
    },
    needs: ['bitcoind'],
    once: [],
    note: 'Entry point: lightningd --network=$LIGHTNINGD_NETWORK and the command. Tags: vYY.MM, vYY.MM.P.',
  },
  eclair: {
    image: 'acinq/eclair',
    tag: 'latest',
    ports: { p2p: 9735, api: 8080 },
    environment: {
      ECLAIR_DATADIR: '/data',
      JAVA_OPTS: [
        '-Xmx512m',
        '-Declair.allow-unsafe-startup=true',
        '-Declair.printToConsole=true',
        '-Declair.chain=regtest',
        '-Declair.server.binding-ip=0.0.0.0',
        '-Declair.server.port=9735',
        '-Declair.api.enabled=true',
        '-Declair.api.binding-ip=0.0.0.0',
        '-Declair.api.port=8080',
        `-Declair.api.password=${ECLAIR_PASSWORD}`,
        '-Declair.bitcoind.host=bitcoind',
        '-Declair.bitcoind.rpcport=18443',
        `-Declair.bitcoind.rpcuser=${user}`,
        `-Declair.bitcoind.rpcpassword=${password}`,
        '-Declair.bitcoind.wallet=eclair',
        '-Declair.bitcoind.zmqblock=tcp://bitcoind:28332',
        '-Declair.bitcoind.zmqtx=tcp://bitcoind:28333',
      ].join(' '),
    },
    command: [],
    health: {
      test: ['CMD', 'eclair-cli', '-p', ECLAIR_PASSWORD, 'getinfo'],
      intervalMs: 2_000,
      timeoutMs: 15_000,
      retries: 5,
      startMs: 120_000,
    },
    needs: ['bitcoind'],
    once: [],
    note: 'latest is built at each commit, for amd64 alone. ZMQ over a bridge may lose a block: it then lags behind.',
  },
  lnd: {
    image: 'lightninglabs/lnd',
    tag: 'v0.21.3-beta',
    ports: { p2p: 9735, api: 8080, grpc: 10009 },
    environment: {},
    command: [
      '--noseedbackup',
      '--bitcoin.regtest',
      '--bitcoin.node=bitcoind',
      '--bitcoind.rpchost=bitcoind:18443',
      `--bitcoind.rpcuser=${user}`,
      `--bitcoind.rpcpass=${password}`,
      '--bitcoind.zmqpubrawblock=tcp://bitcoind:28334',
      '--bitcoind.zmqpubrawtx=tcp://bitcoind:28333',
      '--bitcoin.defaultchanconfs=1',
      '--listen=0.0.0.0:9735',
      '--restlisten=0.0.0.0:8080',
      '--rpclisten=0.0.0.0:10009',
      '--tlsextradomain=lnd',
      '--nobootstrap',
      '--trickledelay=50',
      '--protocol.onion-msg-relay-all',
    ],
    health: {
      test: ['CMD', 'lncli', '--network=regtest', 'getinfo'],
      intervalMs: 1_000,
      timeoutMs: 10_000,
      retries: 5,
      startMs: 60_000,
    },
    needs: ['bitcoind'],
    once: [],
    note: 'Onion messages since v0.21. Without --protocol.onion-msg-relay-all it drops those of peers without a channel.',
  },
  lno: {
    image: 'lno-interop/lno',
    tag: 'local',
    ports: { p2p: 9747 },
    environment: {},
    command: [
      'node',
      'start',
      '--network',
      'regtest',
      '--data-dir',
      '/data',
      '--listen',
      '0.0.0.0:9747',
      '--log',
      'json',
    ],
    health: {
      test: ['CMD', ...LNO_PROGRAM, 'node', 'info', '--network', 'regtest', '--data-dir', '/data'],
      intervalMs: 1_000,
      timeoutMs: 10_000,
      retries: 5,
      startMs: 30_000,
    },
    needs: [],
    once: [],
    note: 'Never pulled: npx tsx interop/containers/make-image.ts makes it of this checkout.',
  },
}
