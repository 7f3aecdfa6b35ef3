import { configDefaults, defineConfig } from 'vitest/config'

/** Of thousands of tests that kill, cut and time real processes, a few meet a machine that is held up: the long run tries those once more, and names them. */
const retry = process.env['CYBERMESH_FULL'] === '1' ? 1 : 0
const shared = { setupFiles: ['platform/polyfill.ts'], testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks' as const, retry }
const meshes = { ...shared, testTimeout: 600_000 }
const rooms = '{domain,platform,proto,consensus,ingest,detector,eventlog,projections,audit,graphql,sim,cli,bench}'

/** A mesh that must not lose a view for want of a processor, or a file that keeps two busy itself. */
const ALONE = ['test/e2e/{life,ports}.test.ts', 'test/mutants/*.test.ts']

/** Widths are for two processors: most tests wait for a disk, a timer or another process half of their time. */
export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    projects: [
      { test: { ...shared, name: 'rooms', include: [`${rooms}/**/*.test.ts`], maxWorkers: 3, sequence: { groupOrder: 0 } } },
      // Whole meshes of ten processes.
      { test: { ...meshes, name: 'mesh', include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, ...ALONE], maxWorkers: 2, sequence: { groupOrder: 1 } } },
      { test: { ...meshes, name: 'alone', include: ALONE, fileParallelism: false, sequence: { groupOrder: 2 } } },
    ],
  },
})
