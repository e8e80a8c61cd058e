import { concatBytes } from '../../../src/base/bytes.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { decodeUtf8, encodeUtf8 } from '../../../src/base/utf8.js'
import type { ChannelKind, ChannelStep } from '../../../src/payments/channel-kind.js'
import type { HtlcFailure, HtlcTerms } from '../../../src/payments/htlc.js'
import type { LinkEvent, LinkView } from '../../../src/payments/link.js'

/** A channel whose two sides always agree: every update is committed when it arrives. All of it is stored, so that a restart is nothing. */
export interface Ideal {
  readonly peer: string
  readonly open: boolean
  readonly up: boolean
  readonly errored: boolean
  readonly weAreHost: boolean
  readonly capacityMsat: bigint
  readonly localMsat: bigint
  readonly adds: bigint
  readonly most: number
  readonly out: Readonly<Record<string, HtlcTerms>>
  readonly in: Readonly<Record<string, HtlcTerms>>
  /** Messages that wait for a connection, hex. */
  readonly outbox: readonly string[]
}

const TYPE = 65001

type Wire =
  | { readonly do: 'invoke'; readonly secret: Uint8Array }
  | { readonly do: 'opened'; readonly capacityMsat: bigint; readonly balanceMsat: bigint; readonly most: number }
  | { readonly do: 'add'; readonly id: bigint; readonly terms: HtlcTerms }
  | { readonly do: 'fulfil'; readonly id: bigint; readonly preimage: Uint8Array; readonly attribution?: Uint8Array }
  | { readonly do: 'fail'; readonly id: bigint; readonly failure: HtlcFailure }

const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? { n: `${inner}` } : inner instanceof Uint8Array ? { x: toHex(inner) } : inner,
  )

// biome-ignore lint/suspicious/noExplicitAny: JSON has no types
const ofJson = (text: string): any =>
  JSON.parse(text, (_, inner) => {
    if (inner && typeof inner === 'object' && 'n' in inner) return BigInt(inner.n as string)
    if (inner && typeof inner === 'object' && 'x' in inner) return fromHex(inner.x as string)
    return inner
  })

const message = (wire: Wire): Uint8Array => concatBytes(Uint8Array.of(TYPE >> 8, TYPE & 0xff), encodeUtf8(toJson(wire)))

const sum = (htlcs: Readonly<Record<string, HtlcTerms>>): bigint =>
  Object.values(htlcs).reduce((all, { amountMsat }) => all + amountMsat, 0n)

const without = (htlcs: Readonly<Record<string, HtlcTerms>>, id: bigint): Readonly<Record<string, HtlcTerms>> => {
  const { [`${id}`]: _, ...rest } = htlcs
  return rest
}

const remoteOf = (state: Ideal): bigint => state.capacityMsat - state.localMsat - sum(state.in) - sum(state.out)

function step(state: Ideal, rest: Partial<Omit<ChannelStep<Ideal>, 'state'>> = {}): ChannelStep<Ideal> {
  return { state, send: [], events: [], notices: [], ...rest }
}

const queued = (state: Ideal, wire: Wire): Ideal => ({ ...state, outbox: [...state.outbox, toHex(message(wire))] })

function view(state: Ideal): LinkView {
  const up = state.up && !state.errored
  const room = (htlcs: Readonly<Record<string, HtlcTerms>>, balance: bigint) =>
    up && Object.keys(htlcs).length < state.most ? balance : 0n
  return {
    peer: state.peer,
    status: state.errored ? 'errored' : state.up ? 'up' : 'down',
    weAreHost: state.weAreHost,
    capacityMsat: state.capacityMsat,
    localMsat: state.localMsat,
    remoteMsat: remoteOf(state),
    inFlightInMsat: sum(state.in),
    inFlightOutMsat: sum(state.out),
    htlcMinimumMsat: 1n,
    sendableMsat: room(state.out, state.localMsat),
    receivableMsat: room(state.in, remoteOf(state)),
    blinding: true,
  }
}

function take(state: Ideal, wire: Wire): { readonly state: Ideal; readonly events: readonly LinkEvent[] } {
  switch (wire.do) {
    case 'add':
      return {
        state: { ...state, in: { ...state.in, [`${wire.id}`]: wire.terms } },
        events: [{ type: 'locked_in', id: wire.id, terms: wire.terms }],
      }
    case 'fulfil': {
      const { amountMsat } = state.out[`${wire.id}`]!
      const { id, preimage, attribution } = wire
      return {
        state: { ...state, out: without(state.out, id) },
        events: [
          { type: 'preimage_out', id, preimage, ...(attribution && { attribution }) },
          { type: 'settled_out', id, amountMsat },
        ],
      }
    }
    case 'fail': {
      const { amountMsat } = state.out[`${wire.id}`]!
      return {
        state: { ...state, out: without(state.out, wire.id), localMsat: state.localMsat + amountMsat },
        events: [{ type: 'returned_out', id: wire.id, failure: wire.failure }],
      }
    }
    default:
      return { state, events: [] }
  }
}

/** The ideal kind of channels. */
export function idealChannels(): ChannelKind<Ideal> {
  const opened = (
    state: Ideal,
    weAreHost: boolean,
    capacityMsat: bigint,
    balanceMsat: bigint,
    most: number,
  ): Ideal => ({
    ...state,
    open: true,
    up: true,
    weAreHost,
    capacityMsat,
    most,
    localMsat: weAreHost ? capacityMsat - balanceMsat : balanceMsat,
  })
  return {
    view,
    none: (peer) => ({
      peer,
      open: false,
      up: false,
      errored: false,
      weAreHost: true,
      capacityMsat: 0n,
      localMsat: 0n,
      adds: 0n,
      most: 20,
      out: {},
      in: {},
      outbox: [],
    }),
    stored: ({ open }) => open,
    encode: (state) => encodeUtf8(toJson(state)),
    decode: (bytes) => ofJson(decodeUtf8(bytes)) as Ideal,
    same: (a, b) => a === b,
    position: (state) => (state.weAreHost ? -(remoteOf(state) + sum(state.in)) : state.localMsat + sum(state.out)),
    exported: () => '',
    connected: (state) =>
      state.open ? step({ ...state, up: true }, { events: [{ type: 'up' }] }) : step({ ...state, up: true }),
    disconnected: (state) =>
      step({ ...state, up: false }, { events: state.open ? [{ type: 'down', why: 'the connection ended' }] : [] }),
    open: (state, { secret = new Uint8Array(0) }) =>
      step({ ...state, weAreHost: false }, { send: [message({ do: 'invoke', secret })] }),
    receive: (state, bytes, policy) => {
      const wire = ofJson(decodeUtf8(bytes.subarray(2))) as Wire
      if (wire.do === 'invoke') {
        const offer = policy.offer(wire.secret)
        if ('refused' in offer) {
          return step(state, {
            notices: [{ type: 'refused', code: 'CHANNEL_REFUSED', why: offer.refused, byUs: true }],
          })
        }
        const { terms, clientBalanceMsat: balanceMsat, grant } = offer
        const { capacityMsat, maxAcceptedHtlcs: most } = terms
        return step(opened(state, true, capacityMsat, balanceMsat, most), {
          send: [message({ do: 'opened', capacityMsat, balanceMsat, most })],
          events: [{ type: 'up' }],
          notices: [{ type: 'opened', changeMsat: -balanceMsat, ...(grant && { grant }) }],
        })
      }
      if (wire.do === 'opened') {
        return step(opened(state, false, wire.capacityMsat, wire.balanceMsat, wire.most), {
          events: [{ type: 'up' }],
          notices: [{ type: 'opened', changeMsat: wire.balanceMsat }],
        })
      }
      const { state: next, events } = take(state, wire)
      return step(next, { events })
    },
    tick: (state, { height, now }) => {
      const late = Object.entries(state.out).filter(([, { cltvExpiry }]) => cltvExpiry <= height!)
      if (late.length === 0 || state.errored) return step(state)
      const why = { code: 'HTLC_EXPIRED', why: 'an HTLC expired', byUs: true, at: now }
      return step(
        { ...state, errored: true },
        {
          events: [
            { type: 'down', why: why.why },
            ...late.map(([id, { amountMsat }]) => ({ type: 'disputed_out', id: BigInt(id), amountMsat }) as const),
          ],
          notices: [{ type: 'errored', errored: why }],
        },
      )
    },
    add: (state, terms) => {
      if (!state.up || state.errored) return { refused: 'down' }
      if (terms.amountMsat > state.localMsat) return { refused: 'insufficient_balance' }
      if (Object.keys(state.out).length >= state.most) return { refused: 'too_many_in_flight' }
      const id = state.adds + 1n
      const next = {
        ...state,
        adds: id,
        localMsat: state.localMsat - terms.amountMsat,
        out: { ...state.out, [`${id}`]: terms },
      }
      return { step: step(queued(next, { do: 'add', id, terms })), id }
    },
    fulfil: (state, id, preimage, attribution) => {
      const htlc = state.in[`${id}`]
      if (htlc === undefined) return step(state)
      const { amountMsat } = htlc
      const next = { ...state, in: without(state.in, id), localMsat: state.localMsat + amountMsat }
      return step(queued(next, { do: 'fulfil', id, preimage, ...(attribution && { attribution }) }), {
        events: [{ type: 'settled_in', id, amountMsat }],
      })
    },
    fail: (state, id, failure) => {
      const htlc = state.in[`${id}`]
      if (htlc === undefined) return step(state)
      return step(queued({ ...state, in: without(state.in, id) }, { do: 'fail', id, failure }), {
        events: [{ type: 'returned_in', id, amountMsat: htlc.amountMsat }],
      })
    },
    flush: (state) =>
      state.up && state.outbox.length > 0
        ? step({ ...state, outbox: [] }, { send: state.outbox.map((hex) => fromHex(hex)) })
        : step(state),
    close: (state) => step(state),
    proposeOverride: (state) => step(state),
    acceptOverride: (state) => step(state),
  }
}
