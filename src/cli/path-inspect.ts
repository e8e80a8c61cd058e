import { pathJson } from '../bolt12/json.js'
import { defineCommand } from './frame/command.js'
import { jsonText } from './frame/json.js'
import { readPaths } from './show/path-input.js'

export const command = defineCommand({
  description:
    'Needs no secret: shows the introduction node (its id, or a channel and which of its ends), the path_key for it, and of every hop the blinded id and the encrypted data. Equal lengths of these hide which hop is which. Of a string with several paths all are shown.',
  args: { path: { summary: 'hex of a blinded path, or a string that holds one', stdin: true } },
  options: {},
  examples: ['lno path inspect 02ab…', 'lno path inspect lno1…'],
  run: ({ args, result, next }) => {
    const documents = readPaths(args.path).map(({ field, path }) => ({
      ...(field !== undefined && { field }),
      ...pathJson(path),
      encrypted_lengths: path.path.map(({ encrypted_recipient_data }) => encrypted_recipient_data.length),
    }))
    const document = documents.length === 1 ? documents[0] : { paths: documents }
    result(document, () => jsonText(document))
    next('lno path unblind PATH --key-file FILE')
  },
})
