import * as v from 'valibot'
import { GENERATIONS } from '../../onion/generations/all.js'
import { integer, text, u64Text } from '../control/index.js'
import type { GenerationName } from '../messenger/policy.js'
import type { LnoNode } from '../node-types.js'
import { generationName, scidTexts, viaOf, viaPeers } from './schemas.js'

/** How an invoice is asked for: what `fetch` and `pay.start` have in common. */
export function askingParams({ messenger }: LnoNode) {
  const known = new Set<GenerationName>([...GENERATIONS, ...messenger.generations].map(({ name }) => name))
  return {
    amount_msat: v.optional(u64Text),
    quantity: v.optional(u64Text),
    payer_note: v.optional(text(4096)),
    via: v.optional(viaPeers),
    scids: v.optional(scidTexts),
    generations: v.optional(v.pipe(v.array(generationName([...known])), v.minLength(1), v.maxLength(16))),
    attempts: v.optional(integer(1, 10)),
    timeout_ms: v.optional(integer(100, 600_000)),
  }
}

type Asking = v.InferOutput<v.ObjectSchema<ReturnType<typeof askingParams>, undefined>>

/** The same as options of the node. */
export function askingOptions(params: Asking) {
  const { amount_msat: amountMsat, quantity, payer_note: payerNote, via, scids, generations } = params
  const { attempts, timeout_ms: timeoutMs } = params
  return {
    ...(amountMsat !== undefined && { amountMsat }),
    ...(quantity !== undefined && { quantity }),
    ...(payerNote !== undefined && { payerNote }),
    ...(via && { via: viaOf(via) }),
    ...(scids && { scids }),
    ...(generations && { generations }),
    ...(attempts !== undefined && { attempts }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  }
}
