import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{domain,platform,proto,consensus,ingest,detector,eventlog,projections,audit,graphql,cli,test}/**/*.test.ts'],
    setupFiles: ['platform/polyfill.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
