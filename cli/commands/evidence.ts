/** `cybermesh evidence hand-over | submit`: evidence with its chain of custody. */
import type { Command } from 'commander'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import { UserError } from '../shared/user-error.js'

type SubmitFlags = DataFlag & JsonFlag & { readonly key: string; readonly type: string; readonly file: string; readonly ref?: readonly string[]; readonly custody?: string; readonly wait: string }
type HandOverFlags = JsonFlag & { readonly key: string; readonly file: string; readonly to: string; readonly out: string; readonly custody?: string }

export function registerEvidence(program: Command): void {
  const command = program.command('evidence').description('evidence about anomalies, with a chain of custody: hand it to the next holder, submit it')
  withJson(withData(command.command('submit').description('sign a file as evidence, publish it and say what became of it')))
    .requiredOption('--key <file>', 'key file of a producer or an analyst')
    .requiredOption('--type <name>', 'what it is, such as pcap')
    .requiredOption('--file <path>', 'the evidence, at most 256 KB')
    .option('--ref <anomaly...>', 'ids of committed anomalies that it is about')
    .option('--custody <path>', 'custody file from whoever held the evidence before you; without it you collected it yourself')
    .option('--wait <seconds>', 'how long to wait for a block that carries it', '30')
    .action(submit)
  withJson(command.command('hand-over').description('sign that you give a file to the next holder, and write a custody file for that one'))
    .requiredOption('--key <file>', 'your key file')
    .requiredOption('--file <path>', 'the evidence')
    .requiredOption('--to <public key>', 'of the next holder, 64 hex digits')
    .requiredOption('--out <path>', 'custody file to write')
    .option('--custody <path>', 'custody file that you got with the evidence')
    .action(handOn)
}

async function submit(flags: SubmitFlags): Promise<void> {
  const [{ openExisting }, { readKeyFile }, { anomalyRef }, { isUuid }, { readEvidence, readCustodyFile }, { sendReport }, { renderReport }, { waitMsOf }, { createProgress }] = await Promise.all([
    import('../data-folder/open.js'), import('../../platform/crypto/key-file.js'), import('../../domain/message/anomaly-ref.js'), import('../../domain/ids.js'),
    import('../report/custody-file.js'), import('../report/send-report.js'), import('../report/render.js'), import('../shared/wait-flag.js'), import('../shared/progress.js')])
  const data = openExisting(flags.data)
  const refs = (flags.ref ?? []).map((id) => {
    if (!isUuid(id)) throw new UserError('BAD_OPTION', `--ref takes ids of anomalies, lowercase UUIDs, got ${id}`)
    return anomalyRef(id)
  })
  const proofBlob = readEvidence(flags.file)
  const held = flags.custody === undefined ? undefined : readCustodyFile(flags.custody, proofBlob)
  const report = await sendReport(data, readKeyFile(flags.key), {
    evidenceType: flags.type, refs, proofBlob, ...(held === undefined ? {} : { id: held.id, heldBefore: held.entries }),
  }, waitMsOf(flags.wait), createProgress())
  answer(flags, report, (value) => renderReport('the evidence', value))
  if (report.outcome !== 'accepted') process.exitCode = 1
}

async function handOn(flags: HandOverFlags): Promise<void> {
  const [{ readKeyFile }, { isHex32 }, { hexToBytes }, { readEvidence, readCustodyFile, writeCustodyFile }, { handOver }, { newReportId }, { sha256 }] = await Promise.all([
    import('../../platform/crypto/key-file.js'), import('../../domain/ids.js'), import('../../domain/bytes.js'), import('../report/custody-file.js'),
    import('../../domain/custody/hand-over.js'), import('../report/send-report.js'), import('../../domain/hash.js')])
  if (!isHex32(flags.to)) throw new UserError('BAD_OPTION', `--to takes a public key of 64 lowercase hex digits, got ${flags.to.length} characters`)
  const proofBlob = readEvidence(flags.file)
  const { id, entries } = flags.custody === undefined ? { id: newReportId(), entries: [] } : readCustodyFile(flags.custody, proofBlob)
  const chain = handOver(entries, { id, contentHash: sha256(proofBlob) }, readKeyFile(flags.key), hexToBytes(flags.to), Math.floor(Date.now() / 1000))
  writeCustodyFile(flags.out, { id, entries: chain }, proofBlob)
  answer(flags, { reportId: id, links: chain.length, custody: flags.out }, () => `${flags.out} holds ${chain.length} link${chain.length === 1 ? '' : 's'}; give it to the next holder with the evidence`)
}
