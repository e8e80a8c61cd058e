import { describe, expect, test } from 'vitest'
import { decodeString, encodeString } from '../../src/bolt12/string.js'
import { lno, problemWith } from './run.js'
import { vector, vectorText } from './vectors.js'

interface SignatureVector {
  readonly bolt12?: string
  readonly merkle: string
  readonly signature_tag?: string
  readonly signature?: string
  readonly leaves: readonly Readonly<Record<string, string>>[]
  readonly branches: readonly Readonly<Record<string, string>>[]
}

const signed = (vector('bolt12/signature-test.json') as unknown as readonly SignatureVector[]).find(
  ({ bolt12 }) => bolt12 !== undefined,
)!
const REQUEST = signed.bolt12!
const OFFER = vectorText('bolt12/offers-test.json', 1, 'bolt12')
const INVOICE = vectorText('bolt12/payer-proof-test.json', 'valid_vectors', 0, 'input', 'invoice')

interface Tree {
  readonly leaves: readonly {
    readonly leaf: string
    readonly nonce: string
    readonly hash: string
    readonly tlv: string
  }[]
  readonly branches: readonly { readonly hash: string }[]
  readonly root: string
  readonly signature: { readonly valid: boolean | null; readonly hash: string; readonly tag: string } | null
}

describe('merkle', () => {
  test('leaves, nonces, branches, root and hash are those of the vector', { tags: ['A2.3', 'A2.4'] }, async () => {
    const { code, json, stderr } = await lno(['merkle', '--json', REQUEST])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    const tree = json() as Tree
    const values = (objects: readonly Readonly<Record<string, string>>[], prefix: string) =>
      objects.map((each) => Object.entries(each).find(([key]) => key.startsWith(prefix))![1])
    expect(tree.leaves.map(({ leaf }) => leaf)).toEqual(values(signed.leaves, 'H(`LnLeaf`'))
    expect(tree.leaves.map(({ nonce }) => nonce)).toEqual(values(signed.leaves, 'H(`LnNonce`'))
    expect(tree.leaves.map(({ hash }) => hash)).toEqual(values(signed.leaves, 'H(`LnBranch`'))
    expect(new Set(tree.branches.map(({ hash }) => hash))).toEqual(new Set(values(signed.branches, 'H(`LnBranch`')))
    expect(tree.root).toBe(signed.merkle)
    expect(tree.signature).toMatchObject({ tag: signed.signature_tag, valid: true, signature: signed.signature })
  })

  test('as a table, with the verdict last', async () => {
    const { code, stdout, stderr } = await lno(['merkle', REQUEST])
    expect(code).toBe(0)
    expect(stdout).toContain(signed.merkle)
    expect(stdout.trimEnd()).toMatch(/verdict +valid$/)
    expect(stderr).toMatch(/^Next: lno explain /)
  })

  test('a wrong signature ends with 1, and still shows the tree', async () => {
    const { prefix, bytes } = decodeString(REQUEST)
    const broken = bytes.slice()
    broken[broken.length - 1]! ^= 1
    const { code, stdout } = await lno(['merkle', encodeString(prefix, broken)])
    expect(code).toBe(1)
    expect(stdout.trimEnd()).toMatch(/verdict +not valid$/)
    expect(stdout).toContain(signed.merkle)
  })

  test('an offer has a tree, and no signature', async () => {
    const { code, json } = await lno(['merkle', '--json', OFFER])
    expect(code).toBe(0)
    expect(json()).toMatchObject({ leaves: [{ name: 'offer_description' }, {}], branches: [{}], signature: null })
    expect((await lno(['merkle', OFFER])).stdout).toContain('offers are not signed')
  })

  test('invoices, also as hex and from standard input', async () => {
    const { json } = await lno(['merkle', '--json', '-'], { stdin: INVOICE })
    expect(json()).toMatchObject({ signature: { tag: 'lightninginvoicesignature', valid: true } })
  })

  test.each([
    [['merkle'], 2, 'STRING is missing'],
    [['merkle', '--as', 'invoice_error', '050161'], 2, 'not signed'],
    [['merkle', '--as', 'offer', ''], 2, 'NO_INPUT'],
    [['merkle', 'lno1pg'], 1, 'WIRE_TRUNCATED'],
    [['merkle', '--as', 'offer', 'f00161'], 1, 'MERKLE_NO_RECORDS'],
  ])('%j is refused', async (argv, code, why) => {
    const outcome = await lno(argv)
    expect(problemWith(outcome)).toBeUndefined()
    expect(outcome.stderr).toContain(why)
    expect(outcome.code).toBe(code)
  })
})
