/**
 * A JSON reader that loses nothing: an integer beyond 2^53 becomes a bigint (JSON.parse would round it), every other
 * number a number. For vector files, which hold 64-bit integers as bare JSON numbers.
 */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json }

/** @throws SyntaxError for anything that is not one JSON document, and for a member named twice, of which one would be lost */
export function parseJson(text: string): Json {
  let at = 0
  const space = () => {
    while (/[ \t\r\n]/.test(text[at] ?? '')) at++
  }
  const fail = (what: string): never => {
    throw new SyntaxError(`${what} at position ${at}`)
  }
  const expect = (character: string) => {
    if (text[at] !== character) fail(`${JSON.stringify(character)} expected`)
    at++
  }
  const separator = (end: string) => {
    space()
    if (text[at] === end) return
    expect(',')
    space()
    if (text[at] === end) fail('value expected')
  }
  const string = (): string => {
    const match = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y
    match.lastIndex = at
    const found = match.exec(text)?.[0] ?? fail('string expected')
    at += found.length
    return JSON.parse(found) as string
  }
  const number = (): number | bigint => {
    const match = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
    match.lastIndex = at
    const found = match.exec(text) ?? fail('number expected')
    at += found[0].length
    const plain = Number(found[0])
    return found[1] || found[2] || Number.isSafeInteger(plain) ? plain : BigInt(found[0])
  }
  const value = (): Json => {
    space()
    const first = text[at]
    if (first === '"') return string()
    if (first === '{') {
      at++
      const members: Record<string, Json> = Object.create(null)
      space()
      while (text[at] !== '}') {
        space()
        const key = string()
        if (Object.hasOwn(members, key)) fail(`second member ${JSON.stringify(key)} before`)
        space()
        expect(':')
        members[key] = value()
        separator('}')
      }
      at++
      return members
    }
    if (first === '[') {
      at++
      const elements: Json[] = []
      space()
      while (text[at] !== ']') {
        elements.push(value())
        separator(']')
      }
      at++
      return elements
    }
    for (const [word, meaning] of [
      ['null', null],
      ['true', true],
      ['false', false],
    ] as const) {
      if (text.startsWith(word, at)) {
        at += word.length
        return meaning
      }
    }
    return number()
  }
  const result = value()
  space()
  if (at !== text.length) fail('end expected')
  return result
}
