export * from './client.js'
export { type ApiOf, method } from './method.js'
export * from './schemas.js'
export * from './server.js'
