/** Finds the folder of package.json, so that SQL and other files ship beside the code, from source and from dist/ alike. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

let found: string | undefined

/** Absolute path of the package's top folder. Throws where the program was taken out of its package. */
export function packageRoot(): string {
  found ??= findPackageRoot(dirname(fileURLToPath(import.meta.url)))
  return found
}

/** Path of a file that ships with the package, e.g. `packageFile('migrations')`. */
export const packageFile = (...segments: readonly string[]): string => join(packageRoot(), ...segments)

/** Of this program, as in package.json. */
export const packageVersion = (): string => (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { readonly version: string }).version

function findPackageRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'cybermesh') return folder
    if (dirname(folder) === folder) throw new Error(`no package.json of cybermesh above ${start}; run the program from its installed package`)
  }
}
