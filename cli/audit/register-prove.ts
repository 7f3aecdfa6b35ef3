/** `cybermesh audit prove ID --out FILE`: one file that proves the anomaly to anybody who has the genesis file. */
import type { Command } from 'commander'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'

type Flags = DataFlag & JsonFlag & { readonly out: string; readonly cose?: string; readonly wait: string }

export function registerProve(audit: Command): void {
  withJson(withData(audit.command('prove').description('write the proof bundle of a committed anomaly: its bytes, its block, the commit certificate, its place in the audit tree')
    .argument('<id>', 'id of the anomaly')))
    .requiredOption('--out <file>', 'where to write the bundle')
    .option('--cose <file>', 'write the audit part as a COSE receipt (RFC 9942) too, for SCITT tools')
    .option('--wait <seconds>', 'while the system runs: how long to wait for a commit and a checkpoint', '30')
    .action(prove)
}

async function prove(id: string, flags: Flags): Promise<void> {
  const [{ openExisting }, { proveAnomaly }, { writeBytes }, { createProgress }, { waitMsOf }] = await Promise.all([
    import('../data-folder/open.js'), import('./prove-anomaly.js'), import('../shared/files.js'), import('../shared/progress.js'), import('../shared/wait-flag.js')])
  const data = openExisting(flags.data)
  const progress = createProgress()
  const waitMs = waitMsOf(flags.wait)
  const { bundle, proven, tree, position } = await proveAnomaly(data, id, waitMs, progress)
  if (flags.cose !== undefined) {
    const { coseReceiptOf } = await import('./cose-receipt.js')
    writeBytes(flags.cose, await coseReceiptOf(data, tree, position))
  }
  writeBytes(flags.out, bundle)
  answer(flags, { id, file: flags.out, bytes: bundle.length, ...(flags.cose === undefined ? {} : { cose: flags.cose }), proven }, () =>
    `${flags.out} (${bundle.length} bytes) proves ${id}: block ${proven.block.height}, position ${proven.log.position} of ${proven.log.treeSize}, ${proven.log.witnesses.length} witnesses\n` +
    `check it with: cybermesh audit verify ${flags.out} --genesis genesis.json`)
}
