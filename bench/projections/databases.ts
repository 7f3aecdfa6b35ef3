/** One PostgreSQL for a benchmark and a fresh database for each of its parts. */
import { chmodSync, mkdirSync } from 'node:fs'
import { startEmbeddedPostgres } from '../../platform/postgres/index.js'
import { createSqlPool } from '../../projections/index.js'

export type Databases = {
  /** Version of the server, such as `18.4`. */
  readonly version: string
  /** URL of a new empty database; its transactions do not wait for the disk, as those of a projector do not. */
  create(name: string): Promise<string>
  stop(): Promise<void>
}

export async function startDatabases(folder: string): Promise<Databases> {
  mkdirSync(folder, { recursive: true })
  // Started by root, the server runs as another user, who must find its way in.
  chmodSync(folder, 0o755)
  const server = await startEmbeddedPostgres({ dataDir: folder })
  const admin = createSqlPool({ url: server.url, max: 1 })
  try {
    const { rows } = await admin.query<{ version: string }>("SELECT current_setting('server_version') AS version")
    return {
      version: rows[0]?.version ?? 'unknown',
      async create(name) {
        await admin.query(`CREATE DATABASE ${name}`)
        const url = new URL(server.url)
        url.pathname = `/${name}`
        url.searchParams.set('options', '-c synchronous_commit=off')
        return url.href
      },
      async stop() {
        await admin.end()
        await server.stop()
      },
    }
  } catch (error) {
    await admin.end()
    await server.stop()
    throw error
  }
}
