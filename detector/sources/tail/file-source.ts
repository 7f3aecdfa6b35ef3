/**
 * Flows from a file that is written to: Suricata's eve.json, Zeek's conn.log, flow-lite lines. It is read to its end and
 * on from there, through rotation by renaming and by copying and truncating, and after a restart from the settled
 * position. What cannot be found again is counted as `file-gone`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createLiveOrder } from '../../live/live-order.js'
import type { LiveSource, Mark } from '../../live/live-source.js'
import { unreadable } from '../errors.js'
import { isAborted } from '../pace.js'
import type { FlowRecord, Skipped, SourceItem } from '../records.js'
import type { FilePosition } from './file-position.js'
import { findFile, inodeOf, nextFile } from './find-files.js'
import { openTailedFile, type TailedFile } from './tailed-file.js'

export type FileSourceOptions = {
  readonly path: string
  /** How long after it began a flow may come. */
  readonly holdMs: number
  readonly pollMs?: number
  readonly nowMs?: () => number
  readonly onWarning?: (sentence: string) => void
}

type Items = AsyncGenerator<SourceItem | Mark<FilePosition>>

const POLL_MS = 250
/** After this long without a line time goes on by the clock. */
const IDLE_MS = 1000
/** A writer goes on in the renamed file until it hears of the rotation. */
const QUIET_POLLS = 4

export function openFileSource(options: FileSourceOptions): LiveSource<FilePosition> {
  return {
    name: `file ${options.path}`,
    async *read(after, signal) {
      const tail = await openTail(options, after, signal)
      try {
        yield* follow(options, tail, signal)
      } finally {
        await tail.file?.close()
      }
    },
    join: (_earlier, later) => later,
    close: () => Promise.resolve(),
  }
}

/** The file that is being read, and what was lost on the way to it. */
type Tail = { file: TailedFile | undefined; gone: number }

async function* follow(options: FileSourceOptions, tail: Tail, signal: AbortSignal): Items {
  const { holdMs, pollMs = POLL_MS, nowMs = Date.now } = options
  const order = createLiveOrder({ holdMs, nowMs })
  let heardMs = nowMs()
  let quietPolls = 0

  async function* take(items: readonly (FlowRecord | Skipped)[], file: TailedFile): Items {
    let newestMs: number | undefined
    for (const item of items) {
      const left = item.kind === 'skipped' ? item : order.add(0, item)
      if (left?.kind === 'skipped') yield left
      else if (item.kind === 'flow') newestMs = Math.max(newestMs ?? -Infinity, item.startMs)
    }
    if (items.length > 0) yield { kind: 'mark', position: await file.position(), newestMs }
  }

  while (!isAborted(signal) && tail.file !== undefined) {
    const { file } = tail
    for (; tail.gone > 0; tail.gone--) yield { kind: 'skipped', reason: 'file-gone', where: options.path }
    const found = await file.read()
    if (found === 'cut') {
      await reopenCut(options, tail, file, signal)
      continue
    }
    yield* take(found.items, file)
    if (found.items.length > 0) {
      heardMs = nowMs()
      quietPolls = 0
    }
    yield* order.release(nowMs() - heardMs >= IDLE_MS)
    if (!found.atEnd) continue
    quietPolls += 1
    const next = quietPolls > QUIET_POLLS ? await successorOf(options.path, file) : undefined
    if (next === undefined) await pause(pollMs, signal)
    else {
      quietPolls = 0
      yield* take(file.end(), file)
      await file.close()
      tail.file = await openTailedFile(next, options.path)
    }
  }
}

async function openTail(options: FileSourceOptions, after: FilePosition | undefined, signal: AbortSignal): Promise<Tail> {
  const found = after === undefined ? undefined : await reading(options.path, () => findFile(options.path, after))
  if (found !== undefined) return { file: await openTailedFile(found.path, options.path, after), gone: 0 }
  if (after !== undefined) options.onWarning?.(`${options.path} is not the file that was read before, and no file beside it is: what was written to that one since is not read; keep rotated files uncompressed until they were read`)
  return { file: await openCurrent(options, signal), gone: after === undefined ? 0 : 1 }
}

/** It was truncated: what was not read yet may stand in the copy that was made of it. */
async function reopenCut(options: FileSourceOptions, tail: Tail, cut: TailedFile, signal: AbortSignal): Promise<void> {
  const position = await cut.position()
  await cut.close()
  tail.file = undefined
  const copy = await reading(options.path, () => findFile(options.path, position))
  if (copy === undefined) options.onWarning?.(`${options.path} was truncated, and no copy of it stands beside it: what was not read before is lost; let the rotation rename, or keep the copy uncompressed`)
  tail.gone += copy === undefined ? 1 : 0
  tail.file = copy === undefined ? await openCurrent(options, signal) : await openTailedFile(copy.path, options.path, position)
}

/** From its beginning; waits where it does not exist yet. Undefined: aborted meanwhile. */
async function openCurrent({ path, pollMs = POLL_MS, onWarning }: FileSourceOptions, signal: AbortSignal): Promise<TailedFile | undefined> {
  for (let isSaid = false; !isAborted(signal); await pause(pollMs, signal)) {
    if ((await reading(path, () => inodeOf(path))) !== undefined) return openTailedFile(path, path)
    if (!isSaid) onWarning?.(`${path} does not exist; waiting for it`)
    isSaid = true
  }
  return undefined
}

async function successorOf(path: string, file: TailedFile): Promise<string | undefined> {
  if ((await reading(path, () => inodeOf(path))) === file.inode) return undefined
  return (await nextFile(path, { inode: file.inode, changedMs: await file.changedMs() }))?.path
}

async function reading<T>(path: string, look: () => Promise<T>): Promise<T> {
  try {
    return await look()
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    // Aborted: the loop looks at the signal itself.
  }
}
