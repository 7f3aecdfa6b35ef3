/**
 * Tells when any process has written to an LMDB folder. LMDB itself notifies nobody, but a commit ends with a write to
 * its data file, which the file system reports a fraction of a millisecond later; so readers need not look again and
 * again while nothing happens.
 */
import { watch } from 'node:fs'
import { join } from 'node:path'

export type CommitWatch = {
  /** False where the file system reports nothing (no watches left, a network mount): then somebody has to look. */
  readonly isWatching: () => boolean
  close(): void
}

/**
 * Calls `onWrite` soon after each write to the environment in folder `path`. It is a hint: it may come a moment before
 * the commit can be read, and more often than there are commits.
 */
export function watchCommits(path: string, onWrite: () => void): CommitWatch {
  try {
    const watcher = watch(join(path, 'data.mdb'), { persistent: false }, onWrite)
    let isWatching = true
    watcher.on('error', () => {
      isWatching = false
      watcher.close()
    })
    return { isWatching: () => isWatching, close: () => watcher.close() }
  } catch {
    return { isWatching: () => false, close: () => undefined }
  }
}
