/** Does the log's `chain` stream hold the chain: heights without gaps, linked, each block the one validators have? */
import { headerHash, readHeader } from '../../domain/block.js'
import { ByteReader } from '../../domain/bytes.js'
import type { EventData } from '../../domain/events/schema.js'
import { CHAIN_STREAM } from '../../eventlog/log.js'
import { count, fail, listed, ok, warn, type Finding } from './finding.js'
import type { LogVisitor } from './log-visitor.js'

export type LogChain = LogVisitor & {
  /** By height from 1. */
  hashes(): readonly string[]
}

/**
 * @param known by height from 1, as the validators have them; may be shorter or longer than the log's
 * @param usualDistance blocks that the log may be behind without anything being wrong
 */
export function checkLogChain(genesisHash: string, known: readonly string[], usualDistance = 0): LogChain {
  const hashes: string[] = []
  const faults: string[] = []
  const visitBlock = (block: EventData<'BlockCommitted'>, revision: number): void => {
    const { height, blockHash, parentHash } = block
    const expected = hashes.length + 1
    if (height !== expected) faults.push(`height ${height} stands where ${expected} belongs`)
    if (revision !== height - 1) faults.push(`height ${height} has revision ${revision}`)
    if (parentHash !== (hashes.at(-1) ?? genesisHash)) faults.push(`the block at height ${height} is not the child of the one before`)
    if (hashOfHeader(block.header) !== blockHash) faults.push(`the header at height ${height} is not that of its block`)
    const theirs = known[height - 1]
    if (theirs !== undefined && theirs !== '' && theirs !== blockHash) faults.push(`height ${height} is ${blockHash.slice(0, 16)} here and ${theirs.slice(0, 16)} on the validators`)
    hashes.push(blockHash)
  }
  const finding = (): Finding => {
    if (faults.length > 0) return fail('log chain', `${listed(faults)}; the log and the validators belong to different histories, restore both from one copy`)
    const says = `heights 1 to ${hashes.length} without gaps, the same blocks as the validators have`
    const behind = known.length - hashes.length
    if (hashes.length === 0 && behind <= 0) return ok('log chain', 'nothing was committed yet')
    return behind > usualDistance ? warn('log chain', `${says}; ${count(behind, 'block')} not recorded yet, the recorder fetches them when it runs`) : ok('log chain', says)
  }

  return {
    visit(entry) {
      if (entry.kind !== 'event' || entry.recorded.stream !== CHAIN_STREAM) return
      const { event, revision } = entry.recorded
      if (event.type === 'BlockCommitted') visitBlock(event.data, revision)
      else faults.push(`position ${entry.position} is a ${event.type} in the stream of blocks`)
    },
    finish: () => [finding()],
    hashes: () => hashes,
  }
}

function hashOfHeader(header: string): string | undefined {
  try {
    const reader = new ByteReader(new Uint8Array(Buffer.from(header, 'base64')))
    const decoded = readHeader(reader)
    reader.end('header')
    return headerHash(decoded)
  } catch {
    return undefined
  }
}
