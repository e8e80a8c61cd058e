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
    name: 'demo',
    group: 'Everyday',
    summary: 'Run three nodes on this machine: an offer becomes a verified invoice',
    load: () => import('./demo.js'),
  },
  {
    name: 'fetch',
    group: 'Everyday',
    summary: 'Ask the issuer of an offer for an invoice, and check it',
    load: () => import('./fetch.js'),
  },
  {
    name: 'pay',
    group: 'Everyday',
    summary: 'Say whether an offer or an invoice can be paid here',
    load: () => import('./pay.js'),
  },
  {
    name: 'proof create',
    group: 'Everyday',
    summary: 'Prove that you paid an invoice, and show no more of it than you choose',
    load: () => import('./proof-create.js'),
  },
  {
    name: 'proof verify',
    group: 'Everyday',
    summary: 'Check a payer proof, without a node or a network',
    load: () => import('./proof-verify.js'),
  },
  {
    name: 'help',
    group: 'Everyday',
    summary: 'List the commands, or show one of them',
    load: () => import('./help.js'),
  },
  {
    name: 'completion',
    group: 'Everyday',
    summary: 'Print a script that completes lno in a shell',
    load: () => import('./completion.js'),
  },
  {
    name: 'node start',
    group: 'Node',
    summary: 'Run a node',
    load: () => import('./node-start.js'),
  },
  {
    name: 'node info',
    group: 'Node',
    summary: 'Show who and where the node is',
    load: () => import('./node-info.js'),
  },
  {
    name: 'node stop',
    group: 'Node',
    summary: 'Stop the node',
    load: () => import('./node-stop.js'),
  },
  {
    name: 'peer connect',
    group: 'Node',
    summary: 'Connect to a peer, and keep it connected',
    load: () => import('./peer-connect.js'),
  },
  {
    name: 'peer list',
    group: 'Node',
    summary: 'List the peers of the node',
    load: () => import('./peer-list.js'),
  },
  {
    name: 'peer disconnect',
    group: 'Node',
    summary: 'Hang up, and forget a peer',
    load: () => import('./peer-disconnect.js'),
  },
  {
    name: 'offer create',
    group: 'Node',
    summary: 'Make an offer',
    load: () => import('./offer-create.js'),
  },
  {
    name: 'offer list',
    group: 'Node',
    summary: 'List the offers of the node',
    load: () => import('./offer-list.js'),
  },
  {
    name: 'offer show',
    group: 'Node',
    summary: 'Show one offer of the node',
    load: () => import('./offer-show.js'),
  },
  {
    name: 'offer disable',
    group: 'Node',
    summary: 'Refuse requests for an offer',
    load: () => import('./offer-disable.js'),
  },
  {
    name: 'offer enable',
    group: 'Node',
    summary: 'Answer requests for an offer again',
    load: () => import('./offer-enable.js'),
  },
  {
    name: 'refund create',
    group: 'Node',
    summary: 'Make an offer to send money',
    load: () => import('./refund-create.js'),
  },
  {
    name: 'refund list',
    group: 'Node',
    summary: 'List the refunds of the node',
    load: () => import('./refund-list.js'),
  },
  {
    name: 'refund show',
    group: 'Node',
    summary: 'Show one refund of the node, and the invoice that it brought',
    load: () => import('./refund-show.js'),
  },
  {
    name: 'refund disable',
    group: 'Node',
    summary: 'Withdraw a refund',
    load: () => import('./refund-disable.js'),
  },
  {
    name: 'refund claim',
    group: 'Node',
    summary: 'Send an invoice for a refund of somebody',
    load: () => import('./refund-claim.js'),
  },
  {
    name: 'invoice list',
    group: 'Node',
    summary: 'List invoices made and asked for',
    load: () => import('./invoice-list.js'),
  },
  {
    name: 'invoice show',
    group: 'Node',
    summary: 'Show one invoice',
    load: () => import('./invoice-show.js'),
  },
  {
    name: 'events',
    group: 'Node',
    summary: 'Follow what the node does',
    load: () => import('./events.js'),
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
  {
    name: 'interop',
    group: 'Implementers',
    summary: 'Run scenarios against LDK, LND, Core Lightning and Eclair',
    load: () => import('./interop.js'),
  },
  {
    name: 'interop node',
    group: 'Implementers',
    summary: 'Run a node that behaves as an old release did',
    load: () => import('./interop-node.js'),
  },
]
