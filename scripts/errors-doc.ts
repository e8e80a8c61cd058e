// npm run docs:errors: writes docs/errors.md and adds new codes to conformance/codes.txt.
import { existsSync, writeFileSync } from 'node:fs'
import { declaredCodes, ERRORS_PAGE, errorsPage, PUBLISHED, publishedCodes, publishedList } from './lib/codes.js'

const codes = await declaredCodes()
const published = existsSync(PUBLISHED) ? publishedCodes() : []
writeFileSync(ERRORS_PAGE, errorsPage(codes))
writeFileSync(PUBLISHED, publishedList([...published, ...codes.map(({ code }) => code)]))
console.log(`${codes.length} codes`)
