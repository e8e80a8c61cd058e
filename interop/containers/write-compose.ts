// Writes compose.yaml from the table of images: npx tsx interop/containers/write-compose.ts
import { writeFileSync } from 'node:fs'
import { composeFile } from './compose.js'

writeFileSync(new URL('compose.yaml', import.meta.url), composeFile())
