/** What can be done; who may is checked before, in access/. */
import type { ApiContext } from '../context.js'
import type { Job, JobKind, Jobs } from '../mutations/jobs.js'
import { submitMessage, type Submission } from '../mutations/submit.js'
import { GraphQLError } from '../graphql-js.js'

type JobArguments = { readonly projection: string; readonly positions?: readonly number[] | null; readonly reason?: string | null }

const begin = (kind: JobKind) => async (_: unknown, { projection, positions, reason }: JobArguments, { sources, caller }: ApiContext): Promise<Job> =>
  jobsOf(sources.jobs).start({ kind, projection, positions, reason }, caller)

function jobsOf(jobs: Jobs | undefined): Jobs {
  if (jobs === undefined) throw new GraphQLError('this API changes no read models', { extensions: { code: 'READ_ONLY' } })
  return jobs
}

const submit = (kind: 'verdict' | 'policy') => (_: unknown, { message }: { message: string }, { sources, caller }: ApiContext): Promise<Submission> =>
  submitMessage(kind, message, caller, { submit: sources.submit, actions: sources.actions, report: sources.report ?? (() => undefined) })

export const Mutation = {
  rebuild: begin('REBUILD'),
  rollBack: begin('ROLL_BACK'),
  redrive: begin('REDRIVE'),
  cancelJob: (_: unknown, { id }: { id: string }, { sources }: ApiContext): Job => jobsOf(sources.jobs).cancel(id),
  submitVerdict: submit('verdict'),
  proposePolicy: submit('policy'),
}
