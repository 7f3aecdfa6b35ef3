/** Finds the folder of package.json, so that SQL and other files ship beside the code, from source and from dist/ alike. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

type Package = { readonly folder: string; readonly version: string }

let found: Package | undefined

/** Absolute path of the package's top folder. Throws where the program was taken out of its package. */
export const packageRoot = (): string => thePackage().folder

/** Path of a file that ships with the package, e.g. `packageFile('migrations')`. */
export const packageFile = (...segments: readonly string[]): string => join(packageRoot(), ...segments)

/** Of this program, as in package.json. */
export const packageVersion = (): string => thePackage().version

function thePackage(): Package {
  found ??= findPackage(dirname(fileURLToPath(import.meta.url)))
  return found
}

function findPackage(start: string): Package {
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest)) {
      const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly name?: string; readonly version: string }
      if (name === 'cybermesh') return { folder, version }
    }
    if (dirname(folder) === folder) throw new Error(`no package.json of cybermesh above ${start}; run the program from its installed package`)
  }
}
