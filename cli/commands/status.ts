/** `cybermesh status`: what runs on a data folder, how far it is, and how to look closer. */
import type { Command } from 'commander'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'

export function registerStatus(program: Command): void {
  withJson(withData(program.command('status').description('what runs, counts, heights, positions and lag; of a stopped data folder, what its stores hold')))
    .action(async (flags: DataFlag & JsonFlag) => {
      const [{ openExisting }, { readFolderState }, { readStatus, renderStatus }, { createProgress }] = await Promise.all([
        import('../data-folder/open.js'), import('../shared/running.js'), import('../shared/folder-status.js'), import('../shared/progress.js')])
      const data = openExisting(flags.data)
      answer(flags, await readStatus(data, await readFolderState(data.layout), createProgress()), renderStatus)
    })
}
