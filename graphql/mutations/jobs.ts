/** Work on read models that outlasts a request: begun by an operator, followed by whoever may see it, told to the audit trail. */
import { randomUUID } from 'node:crypto'
import { asPosition } from '../../domain/ids.js'
import type { EventLog } from '../../eventlog/log.js'
import type { OperatorActions } from '../../eventlog/operator-actions.js'
import { rebuildProjection, redriveDeadLetters, rollBackProjection, type Projection, type RebuildResult } from '../../projections/index.js'
import { kindOfSqlError } from '../../projections/sql/retry.js'
import type { Caller } from '../access/roles.js'
import { badInput } from '../errors.js'
import { GraphQLError } from '../graphql-js.js'

export type JobKind = 'REBUILD' | 'ROLL_BACK' | 'REDRIVE'
export type JobCode = 'EQUAL' | 'DIFFERENT' | 'NO_DEAD_LETTERS' | 'CANCELLED' | 'UNAVAILABLE' | 'INTERNAL' | KnownCode
const KNOWN_CODES = ['POISON_EVENT', 'NO_PREVIOUS', 'OTHER_VERSION', 'REBUILD_RUNNING', 'SWITCH_BLOCKED'] as const
type KnownCode = (typeof KNOWN_CODES)[number]

export type Job = {
  readonly id: string
  readonly kind: JobKind
  readonly projection: string
  readonly state: 'RUNNING' | 'SUCCEEDED' | 'FAILED'
  readonly requestedBy: string
  readonly startedAt: Date
  readonly endedAt: Date | null
  readonly position: number
  readonly code: JobCode | null
  readonly error: string | null
  readonly replaced: number | null
  readonly version: number | null
  readonly differences: number | null
}

export type JobRequest = { readonly kind: JobKind; readonly projection: string; readonly positions?: readonly number[] | null | undefined; readonly reason?: string | null | undefined }

export type JobDeps = {
  readonly log: EventLog
  readonly projections: readonly Projection[]
  readonly actions: OperatorActions | undefined
  readonly report: (error: unknown) => void
}

export type Jobs = {
  /** Throws BAD_USER_INPUT, BUSY, or UNAVAILABLE where it cannot be put on record; then nothing was begun. */
  start(request: JobRequest, caller: Caller): Promise<Job>
  /** Throws BAD_USER_INPUT where there is none. */
  cancel(id: string): Job
  find(id: string): Job | undefined
  /** Newest first. */
  list(): readonly Job[]
  /** Cancels what runs and waits for it. */
  close(): Promise<void>
}

const MOST_RUNNING = 2
const MOST_REMEMBERED = 100
const LONGEST_REASON = 512

type Running = { readonly abort: AbortController; readonly done: Promise<void> }

export function createJobs({ log, projections, actions, report }: JobDeps): Jobs {
  const jobs = new Map<string, Job>()
  const running = new Map<string, Running>()
  const change = (id: string, changes: Partial<Job>): Job => {
    const job = { ...(jobs.get(id) as Job), ...changes }
    jobs.set(id, job)
    return job
  }

  const record = async ({ id, kind, projection, requestedBy }: Job, step: 'start' | 'end', result: 'success' | 'failure', reason: string, fields: Record<string, string>): Promise<void> => {
    await actions?.record({ id: step === 'start' ? id : randomUUID(), actor: requestedBy, action: `${ACTIONS[kind]}.${step}`, resource: projection, result, reason, fields: { job: id, ...fields } })
  }

  const run = async (job: Job, projection: Projection, positions: readonly number[] | undefined, signal: AbortSignal): Promise<void> => {
    const options = { log, projection, signal, onProgress: ({ position }: { readonly position: number }) => void change(job.id, { position }) }
    const ended = await outcomeOf(() => work(job.kind, options, positions), signal, report)
    const after = change(job.id, { ...ended, endedAt: new Date() })
    await record(job, 'end', after.state === 'SUCCEEDED' ? 'success' : 'failure', after.error ?? '', { code: after.code ?? '', position: String(after.position) }).catch(report)
  }

  return {
    async start({ kind, projection: name, positions, reason }, caller) {
      const projection = projections.find((one) => one.name === name)
      if (projection === undefined) throw badInput('projection', `must be one of ${projections.map((one) => one.name).join(', ')}`)
      if ((reason ?? '').length > LONGEST_REASON) throw badInput('reason', `must have at most ${LONGEST_REASON} characters`)
      const busy = [...running.keys()].map((id) => jobs.get(id)).find((job) => job?.projection === name)
      if (busy !== undefined) throw new GraphQLError(`${name} is being worked on by job ${busy.id}; wait for it or cancel it`, { extensions: { code: 'BUSY', job: busy.id } })
      if (running.size >= MOST_RUNNING) throw new GraphQLError(`${MOST_RUNNING} jobs are running; wait for one of them`, { extensions: { code: 'BUSY' } })
      const job: Job = {
        id: randomUUID(), kind, projection: name, state: 'RUNNING', requestedBy: caller.name, startedAt: new Date(), endedAt: null, position: 0, code: null, error: null,
        replaced: null, version: null, differences: null,
      }
      const abort = new AbortController()
      jobs.set(job.id, job)
      forgetOldest(jobs, running)
      // Taken before anything is awaited, so that two requests at once do not both begin.
      const begun = record(job, 'start', 'success', reason ?? '', {}).catch((error: unknown) => {
        report(error)
        jobs.delete(job.id)
        running.delete(job.id)
        throw new GraphQLError('the audit trail cannot be reached, so nothing was begun; see that the recorder runs, and try again', { extensions: { code: 'UNAVAILABLE' } })
      })
      const done = begun.then(() => run(job, projection, positions ?? undefined, abort.signal)).catch(() => undefined).finally(() => running.delete(job.id))
      running.set(job.id, { abort, done })
      await begun
      return job
    },
    cancel(id) {
      const job = jobs.get(id)
      if (job === undefined) throw badInput('id', 'is no job that this API remembers')
      running.get(id)?.abort.abort()
      return job
    },
    find: (id) => jobs.get(id),
    list: () => [...jobs.values()].reverse(),
    async close() {
      for (const { abort } of running.values()) abort.abort()
      await Promise.all([...running.values()].map(({ done }) => done))
    },
  }
}

const ACTIONS: Readonly<Record<JobKind, string>> = { REBUILD: 'rebuild', ROLL_BACK: 'rollback', REDRIVE: 'redrive' }

type Work = Parameters<typeof rebuildProjection>[0]

function work(kind: JobKind, options: Work, positions: readonly number[] | undefined): Promise<RebuildResult | undefined> {
  switch (kind) {
    case 'REBUILD': return rebuildProjection(options)
    case 'ROLL_BACK': return rollBackProjection(options)
    case 'REDRIVE': return redriveDeadLetters({ ...options, ...(positions === undefined ? {} : { positions: positions.map(asPosition) }) })
  }
}

async function outcomeOf(run: () => Promise<RebuildResult | undefined>, signal: AbortSignal, report: (error: unknown) => void): Promise<Partial<Job>> {
  try {
    const result = await run()
    if (result === undefined) return { state: 'SUCCEEDED', code: 'NO_DEAD_LETTERS' }
    const differences = result.differences.reduce((sum, { onlyLive, onlyRebuilt, differing }) => sum + onlyLive + onlyRebuilt + differing, 0)
    return { state: 'SUCCEEDED', code: result.equal ? 'EQUAL' : 'DIFFERENT', position: result.events, replaced: result.replaced, version: result.version, differences }
  } catch (error) {
    if (signal.aborted) return { state: 'FAILED', code: 'CANCELLED', error: 'cancelled; the live version is as it was' }
    const known = KNOWN_CODES.find((code) => code === (error as { readonly code?: unknown }).code)
    if (known !== undefined) return { state: 'FAILED', code: known, error: (error as Error).message }
    report(error)
    if (kindOfSqlError(error) === 'transient') return { state: 'FAILED', code: 'UNAVAILABLE', error: 'the read models cannot be reached; try again in a moment' }
    return { state: 'FAILED', code: 'INTERNAL', error: 'internal error; the server log says more' }
  }
}

function forgetOldest(jobs: Map<string, Job>, running: ReadonlyMap<string, unknown>): void {
  for (const [id] of jobs) {
    if (jobs.size <= MOST_REMEMBERED) return
    if (!running.has(id)) jobs.delete(id)
  }
}
