/** `cybermesh export calibration`: the data set that detectors are calibrated with, from the event log alone. */
import type { Command } from 'commander'
import { answer, withData, withJson } from '../shared/answer.js'
import { withActor, type ActorFlag } from '../shared/operator-actions.js'
import type { ExportFlags } from '../export/options.js'

export function registerExport(program: Command): void {
  const command = program.command('export').description('data sets for others: the same position of the log gives the same bytes')
  withActor(withJson(withData(command.command('calibration').description('what detectors said, what became of it and what analysts found, split by time'))))
    .requiredOption('--out <folder>', 'where it goes: a folder that is new or empty')
    .option('--format <format>', 'parquet, jsonl or csv', 'parquet')
    .option('--position <entries>', 'only the first so many entries of the event log (default: all there are)')
    .option('--split <percent>', 'shares of train, validation and test in the order of time', '70/15/15')
    .option('--embargo <time>', 'leave out what was published so soon after the beginning of validation or test', '1h')
    .option('--labelled', 'only rows that have a label, split by their own shares')
    .option('--addresses <rule>', 'anonymise (keyed, prefixes preserved), keep or drop', 'anonymise')
    .option('--anonymise-key <file>', 'key of the mapping (default: keys/anonymise.key of the data folder, made on first use)')
    .option('--proofs', 'an inclusion proof of every row, in proofs.jsonl')
    .option('--plot', 'reliability diagram and score histogram of every model, as SVG')
    .addHelpText('after', '\nExample: cybermesh export calibration --format parquet --out calibration\ndocs/export.md describes every column.')
    .action(async (flags: ExportFlags & ActorFlag) => {
      const [{ parseOptions }, { openExisting }, { runExport }, { renderExport }, { createProgress }, { withCancel }, { recordExport }] = await Promise.all([
        import('../export/options.js'), import('../data-folder/open.js'), import('../export/run-export.js'), import('../export/render.js'), import('../shared/progress.js'), import('../shared/with-cancel.js'), import('../export/record-export.js')])
      const options = parseOptions(flags)
      const data = openExisting(flags.data)
      answer(flags, await withCancel('cancelling; nothing is left behind', (signal) => runExport(data, options, createProgress(), signal, (report) => recordExport(data, flags, report))), renderExport)
    })
}
