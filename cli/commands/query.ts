/** `cybermesh query`: one GraphQL query, against a running API or over a stopped data folder. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { QueryResult } from '../../graphql/index.js'
import type { DataFolder } from '../data-folder/open.js'
import { withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import { UserError } from '../shared/user-error.js'

type Flags = DataFlag & JsonFlag & { readonly variables?: string; readonly api?: string }

export function registerQuery(program: Command): void {
  withJson(withData(program.command('query').description('ask the read models one GraphQL query; prints {data, errors}, exit code 1 if there are errors')))
    .argument('<graphql>', 'the query, such as \'{ counts { published committed inFlight } }\'')
    .option('--variables <json>', 'variables of the query as a JSON object')
    .option('--api <url>', 'ask this API instead of the data folder; a token is taken from CYBERMESH_API_TOKEN')
    .action(async (query: string, flags: Flags) => {
      const result = await ask(query, parseVariables(flags.variables), flags)
      process.stdout.write(`${JSON.stringify(result, null, flags.json === true ? 0 : 2)}\n`)
      if (result.errors === undefined || result.errors.length === 0) return
      for (const { message } of result.errors) process.stderr.write(`cybermesh: ${String(message)}\n`)
      process.exitCode = 1
    })
}

async function ask(query: string, variables: Record<string, unknown>, flags: Flags): Promise<QueryResult> {
  const token = process.env.CYBERMESH_API_TOKEN
  const { askApi } = await import('../shared/ask-api.js')
  if (flags.api !== undefined) return askApi(flags.api, query, variables, token)

  const [{ openExisting }, { readFolderState }] = await Promise.all([import('../data-folder/open.js'), import('../shared/running.js')])
  const data = openExisting(flags.data)
  const state = await readFolderState(data.layout)
  if (state.kind === 'running') return askApi(state.running.api, query, variables, token ?? operatorTokenOf(data.layout.operatorToken))
  return askStopped(data, query, variables)
}

/** Whoever can read it owns the folder, and may do through the API what the command line could do on it. */
function operatorTokenOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

async function askStopped(data: DataFolder, query: string, variables: Record<string, unknown>): Promise<QueryResult> {
  const [{ executeQuery }, { validatorSetOf }, { withReadModels }, { createProgress }, { readRoundTable }] = await Promise.all([
    import('../../graphql/index.js'), import('../../domain/genesis.js'), import('../shared/stopped-folder.js'), import('../shared/progress.js'), import('../shared/round-table.js')])
  return withReadModels(data, createProgress(), (models) =>
    executeQuery({ ...models, roundTable: () => readRoundTable(data), auditFolder: join(data.layout.recorder, 'audit'), validatorSet: validatorSetOf(data.genesis).validators.map(({ id }) => id) }, query, variables, (error) => process.stderr.write(`cybermesh: ${error instanceof Error ? error.message : String(error)}\n`)))
}

export function parseVariables(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UserError('BAD_OPTION', '--variables must be a JSON object, such as \'{"id": "..."}\'')
  return value as Record<string, unknown>
}
