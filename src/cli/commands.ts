import type { Entry } from './frame/command.js'

/**
 * Every command, in the order of `lno help`. Help, completion and docs are made from this table and from what the
 * commands' files declare. A file is loaded when its command runs: what `decode` does not need, it does not pay for.
 */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'decode',
    group: 'Everyday',
    summary: 'Show what an offer, invoice request, invoice or payer proof says',
    load: () => import('./decode.js'),
  },
  {
    name: 'explain',
    group: 'Everyday',
    summary: 'Say which rules a string keeps or breaks, or what an error code means',
    load: () => import('./explain.js'),
  },
  {
    name: 'help',
    group: 'Everyday',
    summary: 'List the commands, or show one of them',
    load: () => import('./help.js'),
  },
  {
    name: 'merkle',
    group: 'Implementers',
    summary: 'Show the merkle tree that a signature commits to',
    load: () => import('./merkle.js'),
  },
  {
    name: 'message peel',
    group: 'Implementers',
    summary: 'Peel one layer of an onion message',
    load: () => import('./message-peel.js'),
  },
  {
    name: 'onion peel',
    group: 'Implementers',
    summary: 'Peel one layer of a bare onion packet',
    load: () => import('./onion-peel.js'),
  },
  {
    name: 'path inspect',
    group: 'Implementers',
    summary: 'Show what anyone can see of a blinded path',
    load: () => import('./path-inspect.js'),
  },
  {
    name: 'path unblind',
    group: 'Implementers',
    summary: 'Follow a blinded path with the secrets of its nodes',
    load: () => import('./path-unblind.js'),
  },
]
