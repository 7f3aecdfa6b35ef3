/** A child program for crash tests: starts the database, writes one row, says where, and waits to be killed. */
import pg from 'pg'
import { startEmbeddedPostgres } from '../index.js'

const [dataDir, value] = process.argv.slice(2)
if (dataDir === undefined || value === undefined) throw new Error('usage: start-and-wait FOLDER VALUE')

const database = await startEmbeddedPostgres({ dataDir })
const client = new pg.Client({ connectionString: database.url })
await client.connect()
await client.query('CREATE TABLE IF NOT EXISTS kept (value TEXT PRIMARY KEY)')
await client.query('INSERT INTO kept VALUES ($1)', [value])
process.stdout.write(`${JSON.stringify({ pid: database.pid, uid: process.getuid?.() })}\n`)
setInterval(() => undefined, 1000)
