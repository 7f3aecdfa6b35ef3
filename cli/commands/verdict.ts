/** `cybermesh verdict ANOMALY_ID`: an analyst's signed word on whether a detection was true. */
import type { Command } from 'commander'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import { UserError } from '../shared/user-error.js'

type Flags = DataFlag & JsonFlag & {
  readonly verdict: string; readonly key: string; readonly incident?: string; readonly duplicateOf?: string; readonly notes?: string; readonly supersedes?: string; readonly wait: string; readonly signOnly?: boolean
}

export function registerVerdict(program: Command): void {
  withJson(withData(program.command('verdict').description('say, as an analyst of genesis, whether a detection was true')))
    .argument('<anomaly>', 'id of a committed anomaly')
    .requiredOption('--verdict <verdict>', 'true_positive, false_positive, benign or duplicate')
    .requiredOption('--key <file>', 'key file of an analyst')
    .option('--incident <id>', 'name of the incident; the id of the anomaly where it has no other')
    .option('--duplicate-of <anomaly>', 'the anomaly that this one repeats')
    .option('--notes <text>', 'what else there is to say')
    .option('--supersedes <report>', 'id of your verdict that this one takes the place of')
    .option('--sign-only', 'print the signed message, base64, and send nothing: for submitVerdict of the GraphQL API, within minutes')
    .option('--wait <seconds>', 'how long to wait for a block that carries it', '30')
    .addHelpText('after', '\nAn analyst has one verdict on an anomaly and on an incident; another one must say which it supersedes.')
    .action(run)
}

async function run(anomaly: string, flags: Flags): Promise<void> {
  const [{ openExisting }, { readKeyFile }, { encodeVerdict, readVerdict, VERDICT_TYPE, verdictRefs }, { sendReport, signReport }, { renderReport }, { waitMsOf }, { createProgress }] = await Promise.all([
    import('../data-folder/open.js'), import('../../platform/crypto/key-file.js'), import('../../domain/verdict/verdict.js'), import('../report/send-report.js'),
    import('../report/render.js'), import('../shared/wait-flag.js'), import('../shared/progress.js')])
  const { duplicateOf, notes, supersedes } = flags
  const proofBlob = encodeVerdict({
    anomalyId: anomaly, incidentId: flags.incident ?? anomaly, verdict: flags.verdict,
    ...(duplicateOf === undefined ? {} : { duplicateOf }), ...(notes === undefined ? {} : { notes }), ...(supersedes === undefined ? {} : { supersedes }),
  } as Parameters<typeof encodeVerdict>[0])
  // What a person has typed is read as a validator reads it, before anything is signed.
  const read = readVerdict(proofBlob)
  if (!read.ok) throw new UserError('BAD_OPTION', `${read.field.replace('proof_blob.', '')} ${read.reason}`)
  const signer = readKeyFile(flags.key)
  const draft = { evidenceType: VERDICT_TYPE, refs: verdictRefs(read.verdict), proofBlob }
  if (flags.signOnly === true) {
    const { id, value } = signReport(signer, draft)
    return answer(flags, { anomalyId: anomaly, verdict: flags.verdict, reportId: id, message: Buffer.from(value).toString('base64') }, ({ message }) => message)
  }
  const report = await sendReport(openExisting(flags.data), signer, draft, waitMsOf(flags.wait), createProgress())
  answer(flags, { anomalyId: anomaly, verdict: flags.verdict, ...report }, (value) => renderReport('the verdict', value))
  if (report.outcome !== 'accepted') process.exitCode = 1
}
