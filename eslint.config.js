import tseslint from 'typescript-eslint'

/**
 * The import rules of the house. Each room may import the rooms listed beside it and nothing else, so imports run
 * one way: domain <- consensus/core, audit, eventlog <- ingest, projections, detector <- graphql <- cli.
 */
/** @type {Record<string, readonly string[]>} */
const mayImport = {
  domain: ['proto'],
  platform: ['domain'],
  proto: [],
  audit: ['domain', 'platform'],
  eventlog: ['domain', 'platform', 'audit'],
  consensus: ['domain', 'platform'],
  ingest: ['domain', 'platform', 'proto', 'consensus', 'eventlog'],
  detector: ['domain', 'platform', 'proto', 'ingest'],
  projections: ['domain', 'platform', 'proto', 'audit', 'eventlog'],
  graphql: ['domain', 'platform', 'proto', 'audit', 'eventlog', 'projections'],
  sim: ['domain', 'platform', 'consensus'],
}
const rooms = [...Object.keys(mayImport), 'cli', 'bench']

const roomRules = Object.entries(mayImport).map(([room, allowed]) => ({
  files: [`${room}/**/*.ts`],
  ignores: ['**/*.test.ts', '**/testing/**'],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [
        {
          regex: `^(\\.\\./)+(${rooms.filter((r) => r !== room && !allowed.includes(r)).join('|')})/`,
          message: `${room}/ may import only: ${allowed.join(', ') || 'nothing outside itself'}.`,
        },
        ...(room === 'domain' ? pureRoomPatterns() : []),
      ],
    }],
  },
}))

function pureRoomPatterns() {
  return [
    { regex: '^node:', message: 'domain/ and consensus/core/ are pure: no Node modules.' },
    { regex: '^(lmdb|pg|libp2p|pino|kafkajs|graphql)', message: 'domain/ and consensus/core/ are pure: no I/O packages.' },
  ]
}

/** No clock, randomness, timer or Node global where decisions are made. */
const pureRoom = {
  files: ['domain/**/*.ts', 'consensus/core/**/*.ts'],
  ignores: ['**/*.test.ts', '**/testing/**'],
  rules: {
    'no-restricted-globals': ['error', 'process', 'Buffer', 'setTimeout', 'setInterval', 'setImmediate', 'performance', 'crypto', 'fetch', 'console'],
    'no-restricted-properties': ['error',
      { object: 'Date', property: 'now', message: 'Time comes in as an event field.' },
      { object: 'Math', property: 'random', message: 'Randomness comes in as an argument.' }],
    'no-restricted-syntax': ['error',
      { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time comes in as an event field.' },
      { selector: 'AwaitExpression', message: 'A transition is synchronous: no await in pure rooms.' }],
  },
}

const consensusCore = {
  files: ['consensus/core/**/*.ts'],
  ignores: ['**/*.test.ts', '**/testing/**'],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [
        ...pureRoomPatterns(),
        { regex: '^(\\.\\./)+(?!domain/|\\.\\./)', message: 'consensus/core may import only domain/ and itself.' },
      ],
    }],
  },
}

/** The offline verifier stands alone: its own files and, in one of them, the two primitives. */
const verifierRoom = {
  files: ['audit/verifier/**/*.ts'],
  ignores: ['**/*.test.ts', '**/testing/**'],
  rules: {
    ...pureRoom.rules,
    'no-restricted-imports': ['error', { patterns: [{ regex: '^(?!\\./)', message: 'audit/verifier may be copied out alone: it imports its own files and nothing else, primitives.ts @noble too.' }] }],
  },
}
const verifierPrimitives = {
  files: ['audit/verifier/primitives.ts'],
  rules: { 'no-restricted-imports': ['error', { patterns: [{ regex: '^(?!\\./|@noble/(?:ed25519|hashes/sha2\\.js)$)', message: 'The two primitives come from @noble/ed25519 and @noble/hashes.' }] }] },
}

export default tseslint.config(
  { ignores: ['dist/**', 'proto/gen/**', 'node_modules/**', '**/*.js', '**/*.mjs'] },
  ...tseslint.configs.recommended,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      'eqeqeq': 'error',
    },
  },
  { files: ['cli/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts', 'detector/training/**/*.ts'], rules: { 'no-console': 'off' } },
  ...roomRules,
  pureRoom,
  consensusCore,
  verifierRoom,
  verifierPrimitives,
)
