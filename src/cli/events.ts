import { nodeError } from '../node/codes.js'
import { openNode } from './daemon/client.js'
import { eventText, isEventKind } from './daemon/event-text.js'
import { defineCommand } from './frame/command.js'
import { cliError } from './frame/exit.js'

export const command = defineCommand({
  description:
    'Follows the running node until it is interrupted; with --json one document a line. A kind may be the beginning of others: peer stands for peer_connected and peer_disconnected, too.',
  args: { kinds: { summary: 'kinds of events, all unless given', optional: true, many: true } },
  options: {},
  examples: ['lno events', 'lno events peer request invoice', 'lno events --json | jq -r .kind'],
  endsOnSignal: true,
  printsLines: true,
  run: async (context) => {
    const { args, event, note, signal } = context
    const node = await openNode(context)
    // Not refused: the node may be a newer one.
    for (const kind of args.kinds) if (!isEventKind(kind)) note(`No kind of event is known here as ${kind}.`)
    try {
      await new Promise<never>((_, reject) => {
        const stop = () => reject(cliError('INTERRUPTED', `stopped by ${String(signal.reason)}`))
        signal.addEventListener('abort', stop, { once: true })
        if (signal.aborted) stop()
        node
          .subscribe((happened) => event(happened, () => eventText(happened)), {
            ...(args.kinds.length > 0 && { kinds: args.kinds }),
            onDropped: reject,
          })
          .then(() => note('Following the node; Ctrl-C ends it.'), reject)
        node.closed.then(() => reject(nodeError('CONTROL_LOST', 'the node has ended')))
      })
    } finally {
      node.close()
    }
  },
})
