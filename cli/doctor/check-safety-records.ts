/** Is each validator's memory of its votes readable, its own, and never going back? Feeds every vote into the book. */
import { existsSync } from 'node:fs'
import { hexToBytes } from '../../domain/bytes.js'
import { validatorIdOf, type Genesis } from '../../domain/genesis.js'
import { asHex32, type ChainId } from '../../domain/ids.js'
import { isFor, type SafetyEntry } from '../../consensus/storage/safety-record/format.js'
import { readSafetyFile, type SafetyFile } from '../../consensus/storage/safety-record/read.js'
import type { Layout } from '../data-folder/layout.js'
import { sentenceOf } from '../shared/user-error.js'
import { count, fail, ok, warn, type Finding } from './finding.js'
import type { VoteBook } from './vote-book.js'

export function checkSafetyRecords(layout: Layout, genesis: Genesis, book: VoteBook, isRunning: boolean): Finding[] {
  return genesis.validators.map(({ name, publicKey }) => {
    const path = layout.safetyRecord(name)
    try {
      return checkOne(name, path, { chainId: asHex32<ChainId>(genesis.chainId), publicKey: hexToBytes(publicKey) }, book, isRunning)
    } catch (error) {
      return fail(`safety record ${name}`, sentenceOf(error))
    }
  })
}

function checkOne(name: string, path: string, identity: { chainId: ChainId; publicKey: Uint8Array }, book: VoteBook, isRunning: boolean): Finding {
  const check = `safety record ${name}`
  const current = readSafetyFile(path)
  const previous = existsSync(`${path}.previous`) ? readSafetyFile(`${path}.previous`) : undefined
  const entries = [...(previous?.entries ?? []), ...current.entries]
  for (const [file, where] of [[previous, `${path}.previous`], [current, path]] as const) noteVotes(file, where, book)

  if (current.entries.length === 0) return fail(check, `${path} holds no whole entry, so ${name} will not start; restore it from this host, or retire the key`)
  if (!entries.every((entry) => isFor(entry, identity))) return fail(check, `${path} belongs to another key or chain; put back the file that belongs to ${name}`)
  if (!entries.every(({ record }) => record.lastVote === undefined || record.lastVote.voter === validatorIdOf(identity.publicKey))) {
    return fail(check, `${path} holds a vote of another validator; put back the file that belongs to ${name}`)
  }
  const back = firstStepBack(entries)
  if (back !== undefined) return fail(check, `${path} goes back from view ${back.from} to ${back.to}; it was put together from two files, so restore the newest one or retire the key`)
  // A record that is being written as we look ends in the middle; at rest that is a write that was interrupted.
  if (current.tornBytes > 0 && !isRunning) return warn(check, `${path} ends in ${count(current.tornBytes, 'byte')} of an interrupted write; ${name} cuts them off when it starts`)
  return ok(check, `${count(entries.length, 'entry').replace('entrys', 'entries')} of the right key, last voted view ${current.entries.at(-1)?.record.lastVotedView ?? 0}`)
}

function noteVotes(file: SafetyFile | undefined, where: string, book: VoteBook): void {
  for (const { record: { lastVote } } of file?.entries ?? []) {
    if (lastVote !== undefined) book.see({ voter: lastVote.voter, view: lastVote.data.view, blockHash: lastVote.data.blockHash, where })
  }
}

function firstStepBack(entries: readonly SafetyEntry[]): { from: number; to: number } | undefined {
  for (let i = 1; i < entries.length; i++) {
    const from = (entries[i - 1] as SafetyEntry).record.lastVotedView
    const to = (entries[i] as SafetyEntry).record.lastVotedView
    if (to < from) return { from, to }
  }
  return undefined
}
