/** The read models of a data folder, running or stopped, for work that may be cancelled. */
import type { DataFolder } from '../data-folder/open.js'
import type { Progress } from './progress.js'
import type { ReadModels } from './stopped-folder.js'

export type CancellableModels = ReadModels & { readonly signal: AbortSignal }

/** Ctrl-C aborts `signal` once; whoever asks twice is not kept waiting. */
export async function withFolderModels<T>(data: DataFolder, progress: Progress, work: (models: CancellableModels) => Promise<T>): Promise<T> {
  const [{ readFolderState }, { withReadModels }] = await Promise.all([import('./running.js'), import('./stopped-folder.js')])
  const cancel = new AbortController()
  const onSignal = (): void => {
    if (cancel.signal.aborted) process.exit(130)
    process.stderr.write('cybermesh: cancelling; live versions stay as they are\n')
    cancel.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal)
  const cancellable = (models: ReadModels): Promise<T> => work({ ...models, signal: cancel.signal })
  try {
    const state = await readFolderState(data.layout)
    return state.kind === 'running' ? await withRunningModels(data, cancellable) : await withReadModels(data, progress, cancellable, cancel.signal)
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal)
  }
}

/** The projector goes on with the live versions meanwhile. */
async function withRunningModels<T>({ layout }: DataFolder, work: (models: ReadModels) => Promise<T>): Promise<T> {
  const [{ readUrlFile }, { openFolderLog }, { createSqlPool }, { openTimelinesOf }] = await Promise.all([
    import('../roles/engines.js'), import('./folder-log.js'), import('../../projections/index.js'), import('./folder-timelines.js')])
  const log = await openFolderLog(layout, { create: false })
  const sql = createSqlPool({ url: readUrlFile(layout.sqlUrl) })
  const timelines = await openTimelinesOf(layout)
  try {
    return await work({ log, sql, timelines })
  } finally {
    await timelines.close()
    await sql.end()
    await log.close()
  }
}
