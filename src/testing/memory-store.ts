export { type MemoryStore, memoryStore } from '../node/store/memory-store.js'
