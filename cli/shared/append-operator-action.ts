/** Operator actions into the log of a stopped folder: the recorder does not run, so this process writes in its place, under its lock. */
import { join } from 'node:path'
import { validatorSetOf } from '../../domain/genesis.js'
import type { OperatorActions } from '../../eventlog/operator-actions.js'
import { createWriter, openRecorderIndex, recordAction } from '../../eventlog/recorder/index.js'
import { systemClock } from '../../platform/clock.js'
import type { DataFolder } from '../data-folder/open.js'
import { openFolderLog } from './folder-log.js'
import { holdLock } from './process-lock.js'
import { takeFolderLock } from './stopped-folder.js'

/** Throws UserError LOCKED where somebody works on the folder and does not end soon. */
export const appendOperatorActions = (data: DataFolder): OperatorActions => ({
  async record(action) {
    const { layout, genesis } = data
    const folder = await takeFolderLock(layout.lock)
    try {
      const recorder = holdLock(join(layout.recorder, 'recorder.lock'), 'recorder')
      try {
        const log = await openFolderLog(layout, { chainId: genesis.chainId, create: false })
        const index = openRecorderIndex(join(layout.recorder, 'index'), validatorSetOf(genesis).chainId)
        try {
          await index.catchUp(log)
          return await recordAction(createWriter(log, index), log, action, systemClock.now())
        } finally {
          await index.close()
          await log.close()
        }
      } finally {
        recorder.release()
      }
    } finally {
      folder.release()
    }
  },
})
