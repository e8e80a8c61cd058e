// npm run docs:cli: writes docs/cli.md.
import { writeFileSync } from 'node:fs'
import { COMMANDS } from '../src/cli/commands.js'
import { CLI_PAGE, cliPage } from './lib/cli-page.js'

writeFileSync(CLI_PAGE, await cliPage(COMMANDS))
console.log(`${COMMANDS.length} commands`)
