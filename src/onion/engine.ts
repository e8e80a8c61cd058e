/** The engine of onion messages: builds, peels and passes on every generation, and knows none of them. */
export * from './engine-build.js'
export * from './engine-peel.js'
