import { formatAddress, parseNodeId, parsePeer } from '../../node/addresses.js'
import { parseScidLink } from '../../node/scids.js'
import type { Generation } from '../../onion/generation.js'
import { GENERATIONS } from '../../onion/generations/all.js'
import { usage } from '../frame/exit.js'

const MSAT_PER_SAT = 1000n
const MSAT_PER_BTC = 100_000_000_000n
const MOST_MSAT = 21_000_000n * MSAT_PER_BTC
const MOST_COUNT = 2n ** 64n - 1n

/** `1000`, `1000msat`, `10sat`, `0.001btc`: msat. @throws LnoError `USAGE` */
export function parseAmount(text: string): bigint {
  const parts = /^(\d{1,20})(?:\.(\d{1,11}))?(msat|sat|btc)?$/i.exec(text)
  const unit = (parts?.[3] ?? 'msat').toLowerCase()
  const fraction = parts?.[2] ?? ''
  const scale = unit === 'btc' ? MSAT_PER_BTC : unit === 'sat' ? MSAT_PER_SAT : 1n
  const scaled = parts === null ? 0n : BigInt(parts[1]! + fraction) * scale
  const divisor = 10n ** BigInt(fraction.length)
  if (parts === null || scaled % divisor !== 0n) {
    throw usage(`${JSON.stringify(text)} is no amount: write 10000 (msat), 10sat or 0.001btc`)
  }
  const amount = scaled / divisor
  if (amount > MOST_MSAT) throw usage(`${JSON.stringify(text)} is more than the 21 million bitcoin that there can be`)
  return amount
}

/** An amount, or `any`: the payer chooses. */
export function parsePrice(text: string): bigint | undefined {
  return text.toLowerCase() === 'any' ? undefined : parseAmount(text)
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** `500ms`, `15s`, `10m`, `1h`, `7d`, or seconds without a unit: milliseconds. @throws LnoError `USAGE` */
export function parseDuration(text: string): number {
  const parts = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d|w)?$/.exec(text)
  if (parts === null) throw usage(`${JSON.stringify(text)} is no duration: write 30s, 10m, 1h or 7d`)
  return Math.round(Number(parts[1]) * UNITS[parts[2] ?? 's']!)
}

/** A duration from `least` to `most` milliseconds; `range` says which that are. */
export function parseDurationIn(least: number, most: number, range: string): (text: string) => number {
  return (text) => {
    const ms = parseDuration(text)
    if (ms >= least && ms <= most) return ms
    throw usage(`${JSON.stringify(text)} is not ${range}`)
  }
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/

/** Whether there is such a day: `Date.parse` takes the 30th of February for the 2nd of March. */
function isDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** A duration from now, Unix seconds, or a date such as `2027-01-31`: a function that gives Unix seconds. */
export function parseExpiry(text: string): (now: number) => bigint {
  if (/^\d{9,12}$/.test(text)) return () => BigInt(text)
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const parts = DATE.exec(text)
    const at = parts && isDay(Number(parts[1]), Number(parts[2]), Number(parts[3])) ? Date.parse(text) : Number.NaN
    if (Number.isNaN(at)) throw usage(`${JSON.stringify(text)} is no date: write 2027-01-31 or 2027-01-31T12:00Z`)
    return () => BigInt(Math.floor(at / 1000))
  }
  const ms = parseDuration(text)
  return (now) => BigInt(Math.floor((now + ms) / 1000))
}

/** A whole number of at least `least`. */
export function parseCount(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw usage(`${JSON.stringify(text)} is no whole number from ${least} to ${most}`)
  }
}

/** A number of items. */
export function parseQuantity(text: string): bigint {
  const count = /^\d{1,20}$/.test(text) ? BigInt(text) : undefined
  if (count !== undefined && count <= MOST_COUNT) return count
  throw usage(`${JSON.stringify(text)} is no number of items`)
}

/** `any` for no maximum. */
export function parseQuantityMax(text: string): bigint {
  if (text.toLowerCase() === 'any') return 0n
  const most = parseQuantity(text)
  if (most < 1n) throw usage('a maximum is at least 1; any stands for none')
  return most
}

/** At least 1. */
export function parseQuantityMin(text: string): bigint {
  const least = parseQuantity(text)
  if (least < 1n) throw usage('a minimum is at least 1')
  return least
}

/** `A,B,…`: node ids from the introduction node to the last relay. */
export function parsePath(text: string): readonly string[] {
  return text.split(',').map((id) => parseNodeId(id.trim()))
}

/** A peer to go over: `PUBKEY@HOST:PORT`, or the id alone where the node knows its address. */
export function parseVia(text: string): { readonly node_id: string; readonly address?: string } {
  if (!text.includes('@')) return { node_id: parseNodeId(text) }
  const { nodeId, address } = parsePeer(text)
  return { node_id: nodeId, address: formatAddress(address) }
}

/** Names of all wire forms of onion messages, newest first. */
export const GENERATION_NAMES: readonly string[] = GENERATIONS.map(({ name }) => name)

/** `obs,obs2`: wire forms of onion messages, newest first and each once, in whatever order they are named. */
export function parseGenerations(text: string): readonly Generation[] {
  const names = parseForms(text)
  return GENERATIONS.filter(({ name }) => names.includes(name))
}

/** The names of wire forms of onion messages, in the order given. @throws LnoError `USAGE`, with those that are known */
export function parseForms(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !GENERATION_NAMES.includes(name))
  if (unknown === undefined) return names
  throw usage(`${JSON.stringify(unknown)} is no wire form of onion messages; known are ${GENERATION_NAMES.join(', ')}`)
}

/** Channels that the node cannot know by itself. */
export const SCID = {
  value: 'SCID=ID1,ID2',
  many: true,
  summary: 'the two nodes of a channel by which a blinded path names its first node',
  parse: (text: string) => {
    parseScidLink(text)
    return text
  },
} as const

export const VIA = {
  value: 'PUBKEY@HOST:PORT',
  many: true,
  summary: 'go over this peer first',
  parse: parseVia,
} as const
