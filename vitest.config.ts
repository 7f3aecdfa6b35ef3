import { defineConfig } from 'vitest/config'

const shared = { setupFiles: ['platform/polyfill.ts'], testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks' as const }
const rooms = '{domain,platform,proto,consensus,ingest,detector,eventlog,projections,audit,graphql,sim,cli,bench}'

export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: 'rooms', include: [`${rooms}/**/*.test.ts`], sequence: { groupOrder: 0 } } },
      // Whole meshes of ten processes: one at a time.
      { test: { ...shared, name: 'mesh', include: ['test/**/*.test.ts'], testTimeout: 600_000, fileParallelism: false, sequence: { groupOrder: 1 } } },
    ],
  },
})
