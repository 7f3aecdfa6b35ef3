/**
 * Makes one file of one of our TypeScript programs, for tests that start it again and again: read file by file, every
 * start costs a second of the processor. Packages stay where they are.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { packageRoot } from '../package-root.js'

/** In the bundle as in the sources: files beside a source are looked for there. */
const whereItWas: Plugin = {
  name: 'where it was',
  setup(bundler) {
    bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)).replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
      loader: 'ts',
    }))
  },
}

/** @returns a program for node, named after its content, so that runs side by side share it or have their own */
export async function bundleProgram(program: URL): Promise<URL> {
  const { outputFiles: [bundle] } = await build({
    entryPoints: [fileURLToPath(program)], plugins: [whereItWas], write: false,
    bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'silent',
  })
  const code = bundle?.contents ?? new Uint8Array()
  const folder = join(packageRoot(), 'node_modules', '.cache', 'cybermesh', 'programs')
  const file = join(folder, `${createHash('sha256').update(code).digest('hex').slice(0, 32)}.mjs`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${file}-${process.pid}`, code)
  renameSync(`${file}-${process.pid}`, file)
  return pathToFileURL(file)
}
