import { isLnoError } from '../../base/error.js'
import type { BlindedPath } from '../../blinding/blinded-path.js'
import type { MessageContents } from '../../onion/engine-build.js'
import { messengerError } from './codes.js'
import type { Delivery, OnionMessenger } from './messenger.js'
import type { NodeId } from './routes.js'

/**
 * Hops of the longest reply path that is answered over. Each costs two multiplications, a millisecond and more, and a stranger's
 * message has room for hundreds; nobody's own way back is longer than the longest payment.
 */
export const MAX_REPLY_HOPS = 20

/** An answer to a message of a stranger. */
export interface Reply {
  /** What is answered: the answer takes its form, and where no way is known, the peer that it came from. */
  readonly delivery: Pick<Delivery, 'generation' | 'from' | 'pathId'>
  readonly replyPath: BlindedPath
  readonly contents: MessageContents
  readonly onLeft?: () => void
  /** Told at most once, perhaps before `sendReply` returns. */
  readonly onNotSent: (code: string, why: string) => void
}

/** Sends an answer over the reply path, to its introduction node, and no other way (rule O17). Never throws for what a stranger wrote. */
export function sendReply(
  messenger: Pick<OnionMessenger, 'routesTo' | 'introductionOf' | 'send'>,
  { delivery, replyPath, contents, onLeft, onNotSent }: Reply,
): void {
  const { generation } = delivery
  try {
    const { length } = replyPath.path
    if (length > MAX_REPLY_HOPS) {
      throw messengerError(
        'REPLY_PATH_TOO_LONG',
        `a reply path of ${length} hops, at most ${MAX_REPLY_HOPS} are answered over`,
      )
    }
    const route = routeBack(messenger.routesTo(messenger.introductionOf(replyPath), delivery.from), delivery)
    if (route === undefined) {
      onNotSent('NO_ROUTE', 'no connected peer leads to the beginning of the reply path')
      return
    }
    const handle = messenger.send({
      generation,
      route,
      to: replyPath,
      contents,
      isAnswer: true,
      onFate: (fate) => {
        if (fate === 'left' || fate === 'delivered here') onLeft?.()
        else onNotSent('REPLY_NOT_SENT', fate === 'full' ? 'the peer takes no more' : 'the peer is not connected')
      },
    })
    if (handle === undefined) onNotSent('QUEUE_FULL', 'too many answers wait for this peer already')
  } catch (error) {
    if (!isLnoError(error)) throw error
    onNotSent(error.code, error.message)
  }
}

/**
 * Who sent to a path of ours does not know which node answers. It may be a peer of ours, as of every other node, and let its
 * reply path begin at itself: straight to it the answer would show who gives it. It goes out over the peer that it came in by.
 */
function routeBack(
  routes: readonly (readonly NodeId[])[],
  { from, pathId }: Pick<Delivery, 'from' | 'pathId'>,
): readonly NodeId[] | undefined {
  const [best] = routes
  const wouldShow = pathId !== undefined && from !== undefined && best?.length === 1 && best[0] !== from
  return (wouldShow ? routes.find((route) => route[0] === from) : undefined) ?? best
}
