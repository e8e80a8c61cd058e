/**
 * The one rule of the layout: imports point up this list only (docs/architecture.md). `import type` counts as an import:
 * a layer that knows another's types knows that layer. `npm run check` runs this and proves that it refuses.
 */
const PURE = ['base', 'crypto', 'wire', 'noise', 'blinding', 'onion', 'bolt12', 'gossip', 'payments']
const HOST = ['wallets', 'node']
/** Above everything, and not below each other. */
const TOP = ['cli', 'testing']

const folders = (names) => `^src/(${names.join('|')})/`
const pure = `${folders(PURE)}|^src/index[.]ts$`
const npm = (names) => `node_modules/(@types/)?(${names.join('|')})/`

const layers = [...PURE, ...HOST].map((layer, index, all) => ({
  name: `layer-${layer}`,
  comment: `${layer} may import only what stands above it in the list`,
  severity: 'error',
  from: { path: folders([layer]) },
  to: { path: `${folders([...all.slice(index + 1), ...TOP])}|^src/index[.]ts$` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'top-apart',
      comment: 'cli and testing both stand on node; neither knows the other, so that neither ships with the other',
      severity: 'error',
      from: { path: '^src/(cli|testing)/' },
      to: { path: folders(TOP), pathNot: '^src/$1/' },
    },
    {
      name: 'pure-entry',
      comment: 'the entry `lno` runs in a browser',
      severity: 'error',
      from: { path: '^src/index[.]ts$' },
      to: { path: folders([...HOST, ...TOP]) },
    },
    {
      name: 'pure-host',
      comment: 'pure folders know no host: randomness, time, sockets and storage come in as arguments',
      severity: 'error',
      from: { path: pure },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-packages',
      comment: 'pure folders use packages of pure arithmetic only',
      severity: 'error',
      from: { path: pure },
      to: { path: 'node_modules/', pathNot: npm(['@noble', '@scure']) },
    },
    {
      name: 'one-crypto-backend',
      comment: 'what computes on keys, hashes and ciphers goes through src/crypto, where a backend can be set',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/crypto/' },
      to: { path: npm(['@noble']) },
    },
    {
      name: 'engine-generations',
      comment: 'the engine and the maker of reply paths work on any generation, by whatever way they might reach one',
      severity: 'error',
      from: { path: '^src/onion/(engine|reply-path)' },
      to: { path: '^src/onion/generations/', reachable: true },
    },
    {
      name: 'no-circle',
      comment: 'of two files that need each other, a third holds what both need',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'only-source',
      comment: 'the package ships src and its dependencies, nothing else',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|bench|examples|interop|conformance|vectors|dist|docs)/' },
    },
    {
      name: 'no-dev-package',
      comment: 'a package that users do not get cannot be imported by what they get; types alone can',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'an import that leads nowhere is not checked by any other rule',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
}
