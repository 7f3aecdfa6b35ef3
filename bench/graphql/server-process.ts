/** One server of the comparison, in a process of its own: says its address and serves until it is killed. */
import '../../platform/polyfill.js'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openEmbeddedLog } from '../../eventlog/index.js'
import { LOCAL_CALLER } from '../../graphql/access/roles.js'
import { execute, parse, validate } from '../../graphql/graphql-js.js'
import { startApi, type ApiSources } from '../../graphql/index.js'
import { createConsistentReader } from '../../graphql/read-consistently.js'
import { schema } from '../../graphql/schema.js'
import { createSqlPool, openEmbeddedTimelines } from '../../projections/index.js'

export type ServerKind = 'ours' | 'bare' | 'postgraphile'
export type ServerOptions = { readonly kind: ServerKind; readonly sqlUrl: string; readonly logPath: string; readonly timelinesPath: string; readonly postgraphile: string | undefined }

async function serve(options: ServerOptions): Promise<string> {
  if (options.kind === 'postgraphile') return servePostgraphile(options)
  const log = await openEmbeddedLog(options.logPath, { create: false })
  const sources: ApiSources = { sql: createSqlPool({ url: options.sqlUrl }), timelines: await openEmbeddedTimelines(options.timelinesPath), log }
  if (options.kind === 'ours') return `${(await startApi({ host: '127.0.0.1', port: 0, sources, status: () => ({}) })).url}/graphql`
  return serveBare(sources)
}

/** graphql-js as its documentation shows it: parse, validate, execute; the same resolvers over the same snapshots. */
function serveBare(sources: ApiSources): Promise<string> {
  const reader = createConsistentReader(sources)
  const answer = async (text: string): Promise<string> => {
    const { query, variables } = JSON.parse(text) as { query: string; variables: Record<string, unknown> }
    const document = parse(query)
    const faults = validate(schema, document)
    if (faults.length > 0) return JSON.stringify({ errors: faults })
    return JSON.stringify(await reader.read({ document, variables, caller: LOCAL_CALLER }, (contextValue) => execute({ schema, document, variableValues: variables, contextValue })))
  }
  return listen((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => { text += chunk })
    request.on('end', () => void answer(text).then((body) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(body)))
  })
}

type Postgraphile = {
  readonly postgraphile: (preset: object) => { createServ(grafserv: unknown): { addTo(server: unknown): Promise<unknown> } }
}

/** From a folder of its own: it needs a newer Node than we do, and brings three hundred megabytes. */
async function servePostgraphile({ sqlUrl, postgraphile: folder = '.' }: ServerOptions): Promise<string> {
  const require = createRequire(join(folder, 'package.json'))
  const load = (name: string): Promise<unknown> => import(pathToFileURL(require.resolve(name)).href)
  const { postgraphile } = await load('postgraphile') as Postgraphile
  const { PostGraphileAmberPreset } = await load('postgraphile/presets/amber') as { PostGraphileAmberPreset: object }
  const { makePgService } = await load('postgraphile/adaptors/pg') as { makePgService: (options: object) => object }
  const { grafserv } = await load('postgraphile/grafserv/node') as { grafserv: unknown }
  const { makeV4Preset } = await load('postgraphile/presets/v4') as { makeV4Preset: (options: object) => object }
  const serv = postgraphile({
    extends: [PostGraphileAmberPreset, makeV4Preset({})], pgServices: [makePgService({ connectionString: sqlUrl, schemas: ['public'] })],
    grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
    // By default it gives up planning after half a second, which a busy machine needs for the first query.
    grafast: { explain: false, timeouts: { planning: 30_000, execution: 30_000 } },
  }).createServ(grafserv)
  const server = createServer()
  await serv.addTo(server)
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(addressOf(server.address() as AddressInfo))))
}

function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(addressOf(server.address() as AddressInfo))))
}

const cpuOf = ({ user, system }: NodeJS.CpuUsage): number => user + system
const addressOf = ({ port }: AddressInfo): string => `http://127.0.0.1:${port}/graphql`

serve(JSON.parse(process.argv[2] ?? '{}') as ServerOptions).then(
  (url) => process.send?.({ url }), (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }))
process.on('message', () => process.send?.({ cpuMicros: cpuOf(process.cpuUsage()) }))
process.once('disconnect', () => process.exit(0))
