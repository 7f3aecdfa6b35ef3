/** Bundles the simulator with a mutant's changes applied, in memory, and writes one file to run: sources and dist stay as they are. */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { packageRoot } from '../../platform/package-root.js'
import { applyEdits, type Edit } from './mutant.js'

/** Packages written for CommonJS ask for `require`, which an ES module lacks. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/** @param outFile where the bundle goes, ending in .mjs. Throws MutantError where an edit does not fit, or its file is not part of the simulator. */
export async function bundleLab(edits: readonly Edit[], outFile: string): Promise<void> {
  const root = packageRoot()
  const applied = new Set<string>()
  const applyMutant: Plugin = {
    name: 'mutant',
    setup(bundler) {
      bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = relative(root, path)
        if (!edits.some((edit) => edit.file === file)) return undefined
        applied.add(file)
        return { contents: applyEdits(file, readFileSync(path, 'utf8'), edits), loader: 'ts' }
      })
    },
  }
  await build({
    absWorkingDir: root, entryPoints: [join(root, 'sim', 'mutants', 'lab.ts')], outfile: outFile, plugins: [applyMutant],
    bundle: true, platform: 'node', format: 'esm', target: 'node20', banner: { js: REQUIRE }, logLevel: 'silent',
  })
  const missed = edits.find(({ file }) => !applied.has(file))
  if (missed !== undefined) throw new NotSimulatedError(missed.file)
}

/** The changed file is no part of the simulator: only unit tests can tell. */
export class NotSimulatedError extends Error {
  constructor(readonly file: string) {
    super(`${file} is no part of the simulator; only its unit tests can notice a change in it`)
    this.name = 'NotSimulatedError'
  }
}
