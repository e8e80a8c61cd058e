import { equalBytes } from '../base/bytes.js'
import { isLnoError } from '../base/error.js'
import { ENCRYPTED_DATA } from '../blinding/encrypted-data.js'
import { unblindHop } from '../blinding/unblind.js'
import { pathJson } from '../bolt12/json.js'
import { publicKey } from '../crypto/group.js'
import { located } from '../wire/codec.js'
import { defineCommand } from './frame/command.js'
import { usage } from './frame/exit.js'
import { jsonText } from './frame/json.js'
import { KEY_FILES, readSecrets } from './secrets.js'
import { hopDataJson, readPoint, recordsJson } from './show/bytes.js'
import { readPaths } from './show/path-input.js'

function readIndex(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw usage(`${JSON.stringify(text)} is not a number from 0 up`)
  return Number(text)
}

function counted(count: number, what: string): string {
  return count === 1 ? `there is 1 ${what}` : `there are ${count} ${what}s`
}

export const command = defineCommand({
  description:
    'Decrypts the hops of a path with the secrets of its nodes, in order: the first --key-file is for the introduction node, the next for the second hop, as far as they go. Where a hop leads to its own node again, the same secret is used again. To begin at a later hop, name it with --hop and give the path_key that it is handed.',
  args: { path: { summary: 'hex of a blinded path, or a string that holds one', stdin: true } },
  options: {
    keyFile: KEY_FILES,
    hop: { value: 'INDEX', summary: 'the hop that the first secret is for', parse: readIndex, default: '0' },
    pathKey: { value: 'HEX', summary: 'path_key of that hop', parse: readPoint },
    which: { value: 'INDEX', summary: 'which path of a string that holds several', parse: readIndex, default: '0' },
  },
  examples: [
    'lno path unblind 02ab… --key-file introduction.key --key-file second.key',
    'LNO_SECRET=… lno path unblind 02ab… --hop 1 --path-key 03cd…',
  ],
  run: (context) => {
    const { args, options, result } = context
    const paths = readPaths(args.path)
    const found = paths[options.which]
    if (found === undefined) throw usage(`--which: ${counted(paths.length, 'path')}, numbered from 0`)
    const { path } = found
    if (options.hop > 0 && options.pathKey === undefined) throw usage('--hop needs the --path-key of that hop')
    if (options.hop >= path.path.length) throw usage(`--hop: ${counted(path.path.length, 'hop')}, numbered from 0`)
    const secrets = readSecrets(context, options.keyFile)

    let path_key = options.pathKey ?? path.first_path_key
    let secret = secrets[0]!
    const hops: unknown[] = []
    for (let at = options.hop, used = 0; at < path.path.length; at++) {
      const { blinded_node_id, encrypted_recipient_data } = path.path[at]!
      let hop: ReturnType<typeof unblindHop<typeof ENCRYPTED_DATA>>
      try {
        hop = unblindHop({
          nodeSecret: secret,
          path_key,
          encryptedRecipientData: encrypted_recipient_data,
          table: ENCRYPTED_DATA,
        })
      } catch (error) {
        throw isLnoError(error) ? located(error, { path: ['path', at, ...(error.path ?? [])] }) : error
      }
      const { data, share, next_path_key } = hop
      const node_id = publicKey(secret)
      const last = at === path.path.length - 1
      hops.push({
        index: at,
        node_id,
        path_key,
        blinded_node_id,
        // Onions are addressed to this id: a path in which it is another's was made wrongly.
        blinded_node_id_matches: equalBytes(publicKey(share.blinded_secret), blinded_node_id),
        encrypted_data: data.bytes,
        fields: hopDataJson(data.fields),
        records: recordsJson(data.records),
        ...(!last && { next_path_key }),
      })
      path_key = next_path_key
      const again = data.fields.next_node_id !== undefined && equalBytes(data.fields.next_node_id, node_id)
      if (again) continue
      const nextSecret = secrets[++used]
      if (nextSecret === undefined) break
      secret = nextSecret
    }
    const { path: _, ...introduction } = pathJson(path)
    const document = { ...introduction, hops, of: path.path.length }
    result(document, () => jsonText(document))
  },
})
