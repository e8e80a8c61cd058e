// What an offer says, and what is wrong with a broken one: npx tsx examples/decode.ts [OFFER]
import { decodeOffer, inspectOffer, isLnoError } from 'lno'

const offerText =
  process.argv[2] ??
  'lno1pqps7sjqpgtyzm3qv4uxzmtsd3jjqer9wd3hy6tsw35k7msjzfpy7nz5yqcnygrfdej82um5wf5k2uckyypwa3eyt44h6txtxquqh7lz5djge4afgfjn7k4rgrkuag0jsd5xvxg'

// decodeOffer gives the fields under the specification's names, or throws an error with a stable code.
try {
  const { fields } = decodeOffer(offerText)
  console.log(`description: ${fields.offer_description ?? '(none)'}`)
  console.log(`amount: ${fields.offer_amount === undefined ? 'any' : `${fields.offer_amount} msat`}`)
  console.log(`issuer: ${fields.offer_issuer ?? '(none)'}`)
} catch (error) {
  if (!isLnoError(error)) throw error
  console.log(`${error.code}: ${error.message}`)
}

// inspectOffer never throws: it lists everything that is wrong. Here the last characters are lost.
for (const { code, message } of inspectOffer(offerText.slice(0, -8)).issues) console.log(`${code}: ${message}`)
