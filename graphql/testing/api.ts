/** An API over the sample history for one test file, and how to ask it. */
import type { DomainEvent } from '../../domain/events/schema.js'
import { startTestPostgres } from '../../platform/postgres/testing/test-database.js'
import { createHarness, type ProjectionHarness } from '../../projections/testing/harness.js'
import { appendSample } from '../../projections/testing/sample-log.js'
import { startApi, type ApiOptions, type ApiServer, type ApiSources } from '../index.js'

export type Answer = {
  readonly data?: Record<string, unknown> | null
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string; readonly field?: string } & Record<string, unknown> }[]
  readonly extensions?: Record<string, unknown>
}

export type TestApi = {
  readonly harness: ProjectionHarness
  readonly sources: ApiSources
  readonly api: ApiServer
  ask(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>
  /** Appends and lets the read models catch up. */
  append(events: readonly DomainEvent[], firstId: number): Promise<void>
  stop(): Promise<void>
}

export async function startTestApi(options: Partial<ApiOptions> = {}, more: Partial<ApiSources> = {}): Promise<TestApi> {
  const postgres = await startTestPostgres()
  const harness = await createHarness(postgres)
  await appendSample(harness.log)
  await harness.catchUp()
  const sources: ApiSources = { sql: harness.sql, timelines: harness.timelines, log: harness.log, ...more }
  const api = await startApi({ host: '127.0.0.1', port: 0, sources, status: () => ({}), ...options })
  return {
    harness, sources, api,
    ask: (query, variables = {}, headers = {}) => askApi(api.url, query, variables, headers),
    async append(events, firstId) {
      await appendSample(harness.log, events, firstId)
      await harness.catchUp()
    },
    async stop() {
      await api.close()
      await harness.close()
      await postgres.stop()
    },
  }
}

export async function askApi(url: string, query: string, variables: Record<string, unknown> = {}, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query, variables }) })
  return await response.json() as Answer
}
