export * from './complaint.js'
export * from './init.js'
export * from './ping.js'
