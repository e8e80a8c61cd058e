import { LnoError } from '../../base/error.js'
import { messageType } from '../../wire/message.js'
import type { LinkContext } from '../link.js'
import { announced, type HostedChannel, type HostedStep, type HostPolicy, stepTo } from './channel.js'
import { onStateUpdate, onUpdate } from './commit.js'
import { hangUp, onError, toErrored } from './errored.js'
import {
  HOSTED_ERROR,
  UPDATE_ADD_HTLC,
  UPDATE_FAIL_HTLC,
  UPDATE_FAIL_MALFORMED_HTLC,
  UPDATE_FULFILL_HTLC,
} from './htlc-messages.js'
import {
  INIT_HOSTED_CHANNEL,
  INVOKE_HOSTED_CHANNEL,
  LAST_CROSS_SIGNED_STATE,
  STATE_OVERRIDE,
  STATE_UPDATE,
} from './messages.js'
import { onFirstUpdate, onInit } from './open.js'
import { onOverride, onOverrideAccepted } from './override.js'
import { onInvoke, onState } from './reconnect.js'
import { isDefect } from './updates.js'

type Take = (channel: HostedChannel, message: Uint8Array, context: LinkContext, policy: HostPolicy) => HostedStep

/** Who takes which message. */
const TAKES: ReadonlyMap<number, Take> = /* @__PURE__ */ new Map<number, Take>([
  [INVOKE_HOSTED_CHANNEL.type, onInvoke],
  [INIT_HOSTED_CHANNEL.type, onInit],
  [LAST_CROSS_SIGNED_STATE.type, onState],
  [
    STATE_UPDATE.type,
    (channel, message, context, policy) =>
      onFirstUpdate(channel, message, context, policy) ??
      onOverrideAccepted(channel, message) ??
      onStateUpdate(channel, message, context),
  ],
  [STATE_OVERRIDE.type, onOverride],
  [UPDATE_ADD_HTLC.type, onUpdate],
  [UPDATE_FULFILL_HTLC.type, onUpdate],
  [UPDATE_FAIL_HTLC.type, onUpdate],
  [UPDATE_FAIL_MALFORMED_HTLC.type, onUpdate],
  [HOSTED_ERROR.type, onError],
])

/** The types of messages that a hosted channel takes. */
export const HOSTED_TYPES: readonly number[] = /* @__PURE__ */ [...TAKES.keys()]

/**
 * Takes a message of the peer's, type first. Never throws for what it holds: what cannot be read hangs up, what breaks the rules errs
 * the channel, and so does a defect of ours, from the state before the message. Signs nothing but states that are shown: `flush` does.
 */
export function receive(
  channel: HostedChannel,
  message: Uint8Array,
  context: LinkContext,
  policy: HostPolicy,
): HostedStep {
  const { stage } = channel.live
  if (stage === 'off' || stage === 'gone') return stepTo(channel)
  try {
    const take = TAKES.get(messageType(message))
    if (take === undefined) return stepTo(channel)
    return announced(channel, take(channel, message, context, policy))
  } catch (error) {
    if (!(error instanceof LnoError)) throw error
    return announced(channel, isDefect(error) ? broken(channel, error, context) : hangUp(channel, error.message))
  }
}

/** The channel after a defect of ours: as it was before the step, but errored. */
export function broken(channel: HostedChannel, error: unknown, context: LinkContext): HostedStep {
  const why = error instanceof Error ? error.message : String(error)
  return channel.kept.phase === 'open'
    ? toErrored(channel, 'HOSTED_DEFECT', why, context)
    : stepTo(channel, { hangUp: why })
}
