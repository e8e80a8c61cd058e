/** IP addresses as text and bytes, and which of them the public internet routes. */

/** The four bytes of a dotted address, or undefined. No octal, no short forms. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.', 5)
  if (parts.length !== 4) return undefined
  const bytes = new Uint8Array(4)
  for (let i = 0; i < 4; i++) {
    const part = parts[i]!
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined
    bytes[i] = Number(part)
  }
  return bytes
}

export function formatIpv4(bytes: Uint8Array): string {
  return bytes.join('.')
}

/** The groups of one side of `::`, or undefined; the last may be a dotted address. */
function groups(text: string): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':', 9)
  const numbers: number[] = []
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) numbers.push(Number.parseInt(part, 16))
    else {
      const v4 = i === parts.length - 1 ? parseIpv4(part) : undefined
      if (v4 === undefined) return undefined
      numbers.push((v4[0]! << 8) | v4[1]!, (v4[2]! << 8) | v4[3]!)
    }
  }
  return numbers
}

/** The sixteen bytes of an IPv6 address, without brackets or zone, or undefined. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const sides = text.split('::', 3)
  if (sides.length > 2) return undefined
  const head = groups(sides[0]!)
  const tail = sides.length === 2 ? groups(sides[1]!) : []
  if (head === undefined || tail === undefined) return undefined
  // A dotted address stands for the last four bytes, so never before `::`.
  if (sides.length === 2 && sides[0]!.includes('.')) return undefined
  const given = head.length + tail.length
  if (sides.length === 2 ? given > 7 : given !== 8) return undefined
  const bytes = new Uint8Array(16)
  const put = (group: number, at: number) => {
    bytes[2 * at] = group >> 8
    bytes[2 * at + 1] = group & 255
  }
  for (const [i, group] of head.entries()) put(group, i)
  for (const [i, group] of tail.entries()) put(group, 8 - tail.length + i)
  return bytes
}

/** The form of RFC 5952: lower case, the longest run of two or more zero groups as `::`. */
export function formatIpv6(bytes: Uint8Array): string {
  const all = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!)
  let start = 0
  let length = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && all[end] === 0) end++
    if (end - i > length) [start, length] = [i, end - i]
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':')
  return length < 2 ? hex(all) : `${hex(all.slice(0, start))}::${hex(all.slice(start + length))}`
}

/** Parts of the IPv4 space that no stranger can reach, or that nobody has (IANA special-purpose registry). */
const RESERVED_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]

/** The same within 2000::/3, outside of which nothing is routed: protocols' own, Teredo, documentation, 6to4. */
const RESERVED_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

function within(bytes: Uint8Array, block: string): boolean {
  const [base, length] = block.split('/') as [string, string]
  const first = parseIpv4(base) ?? parseIpv6(base)!
  for (let bit = 0; bit < Number(length); bit += 8) {
    const mask = 0xff00 >> Math.min(8, Number(length) - bit)
    if (((bytes[bit >> 3]! ^ first[bit >> 3]!) & mask & 0xff) !== 0) return false
  }
  return true
}

/**
 * True for an address of 4 or 16 bytes that the public internet routes: no private, shared (CGNAT), loopback, link-local,
 * unique-local, multicast, documentation, mapped or translated one.
 */
export function isPublicIp(bytes: Uint8Array): boolean {
  if (bytes.length === 4) return !RESERVED_IPV4.some((block) => within(bytes, block))
  return bytes.length === 16 && within(bytes, '2000::/3') && !RESERVED_IPV6.some((block) => within(bytes, block))
}
