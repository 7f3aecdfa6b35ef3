/**
 * The audit log: entries into tiles on disk with their flush, a checkpoint with five witnesses, inclusion proofs from
 * tiles, all beside the raw rate of SHA-256. Proofs are verified and the root is read back; a run where one does not hold
 * has no result.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatCheckpoint, originOf } from '../../audit/notes/checkpoint.js'
import { proveConsistency } from '../../audit/tree/consistency.js'
import { auditEntryOf, auditLeafOf } from '../../audit/tree/entry.js'
import { proveInclusion, verifyInclusion } from '../../audit/tree/inclusion.js'
import { ed25519NoteSigner, formatNote, signNote } from '../../audit/notes/note.js'
import { subtreesFromTiles } from '../../audit/tiles/read-tiles.js'
import { readRoot } from '../../audit/tree/subtrees.js'
import { openTreeWriter, type TreeWriter } from '../../audit/publisher/tree-writer.js'
import { encodeAddCheckpoint } from '../../audit/witness/messages.js'
import { bytesEqual } from '../../domain/bytes.js'
import { asPosition } from '../../domain/ids.js'
import { describeMachine, type Machine } from '../machine.js'
import { summarise, type Summary } from '../percentiles.js'
import { createStopwatch, type Cost } from '../stopwatch.js'
import { measureSha256 } from './limits.js'
import { madeUpLog, type MadeUpLog } from './made-up-log.js'
import { createMembers } from './members.js'

export type AuditBenchOptions = {
  readonly leaves: number
  readonly proofs: number
  readonly checkpoints: number
  /** Where tiles lie; on the disk that is to be measured. */
  readonly folder: string | undefined
  progress(line: string): void
}

export type AuditBenchResult = {
  readonly machine: Machine
  /** UTC. */
  readonly measuredAt: string
  readonly leaves: number
  readonly eventBytes: number
  readonly entryBytes: number
  readonly append: Cost
  /** Root and the log's signature. */
  readonly signMs: Summary
  /** Consistency proof, check, flush and signature at five witnesses, one after another. */
  readonly cosignMs: Summary
  readonly proveMs: Summary
  readonly verifyMs: Summary
  readonly limits: { /** The same hashes by node:crypto and nothing else. */ readonly sha256: Cost }
  readonly ratios: { readonly appendOfSha256: number; /** Of processor time alone, whatever the disk and other work take. */ readonly sha256InProcessorTime: number }
}

const HASHED = 300_000

export async function runAuditBench(options: AuditBenchOptions): Promise<AuditBenchResult> {
  const { leaves, proofs, checkpoints, progress } = options
  const machine = describeMachine()
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'cybermesh-bench-'))
  try {
    const source = madeUpLog(leaves)
    const event = await firstOf(source)
    const writer = await openTreeWriter(join(folder, 'audit'))
    progress(`${leaves} entries into tiles`)
    const append = await appendAll(writer, source, leaves, progress)
    progress(`${checkpoints} checkpoints`)
    const { signMs, cosignMs } = await signAll(writer, checkpoints, folder)
    progress(`${proofs} inclusion proofs`)
    const { proveMs, verifyMs } = await proveAll(writer, source, leaves, proofs)
    progress('SHA-256 alone')
    const entryBytes = auditEntryOf(0, event).length
    const hashed = Math.min(HASHED, leaves)
    const sha256 = await measureSha256(hashed, { event: event.length, entry: entryBytes + 1, node: 65 })
    return {
      machine, measuredAt: new Date().toISOString(), leaves, eventBytes: event.length, entryBytes, append, signMs, cosignMs, proveMs, verifyMs,
      limits: { sha256 }, ratios: { appendOfSha256: append.perSecond / sha256.perSecond, sha256InProcessorTime: sha256.cpuMicros / append.cpuMicros },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function firstOf(source: MadeUpLog): Promise<Uint8Array> {
  source.prepare(0)
  const [first] = await source.readEntries({ from: asPosition(0), limit: 1 })
  return (first as { readonly bytes: Uint8Array }).bytes
}

async function appendAll(writer: TreeWriter, source: MadeUpLog, leaves: number, progress: (line: string) => void): Promise<Cost> {
  const watch = createStopwatch()
  let told = 0
  while (source.prepare(Number(writer.size))) {
    await watch.time(async () => { while (await writer.advance(source)); })
    if (Number(writer.size) - told < 500_000) continue
    told = Number(writer.size)
    progress(`  ${told} entries`)
  }
  if (writer.size !== BigInt(leaves)) throw new Error(`the tree has ${writer.size} of ${leaves} entries`)
  if (!bytesEqual(await readRoot(writer.size, subtreesFromTiles(writer.size, writer.files.read)), writer.root())) throw new Error('the tiles do not give the root')
  return watch.cost(leaves)
}

async function signAll(writer: TreeWriter, checkpoints: number, folder: string): Promise<{ readonly signMs: Summary; readonly cosignMs: Summary }> {
  const { genesis, logKey, witnesses } = createMembers(folder)
  const origin = originOf(genesis.chainId)
  const signer = ed25519NoteSigner(origin, logKey)
  const { size } = writer
  const signed: number[] = []
  const cosigned: number[] = []
  const read = subtreesFromTiles(size, writer.files.read)
  // From a tree that is a few seconds of events smaller, each time another one.
  let before = size - BigInt(checkpoints) * 10n
  if (before < 1n) throw new Error(`${size} leaves are too few for ${checkpoints} checkpoints`)
  for (const witness of witnesses) witness.addCheckpoint(encodeAddCheckpoint({ oldSize: 0n, proof: [], checkpoint: await noteOf(before) }))
  for (let i = 0; i < checkpoints; i++) {
    const signStart = performance.now()
    signNote(formatCheckpoint({ origin, size, root: writer.root() }), signer)
    signed.push(performance.now() - signStart)
    const next = before + 10n
    const checkpoint = await noteOf(next)
    const start = performance.now()
    for (const witness of witnesses) {
      const proof = await proveConsistency(before, next, read)
      const { status, body } = witness.addCheckpoint(encodeAddCheckpoint({ oldSize: before, proof, checkpoint }))
      if (status !== 200) throw new Error(`a witness answers ${status}: ${body}`)
    }
    cosigned.push(performance.now() - start)
    before = next
  }
  return { signMs: summarise(signed), cosignMs: summarise(cosigned) }

  async function noteOf(at: bigint): Promise<Uint8Array> {
    const text = formatCheckpoint({ origin, size: at, root: await readRoot(at, read) })
    return formatNote(text, [signNote(text, signer)])
  }
}

async function proveAll(writer: TreeWriter, source: MadeUpLog, leaves: number, proofs: number): Promise<{ readonly proveMs: Summary; readonly verifyMs: Summary }> {
  const { size } = writer
  const root = writer.root()
  const read = subtreesFromTiles(size, writer.files.read)
  const proving: number[] = []
  const verifying: number[] = []
  for (let i = 0; i < proofs; i++) {
    // Spread over the whole tree, in no order that a cache would know: steps of a large prime.
    const index = (i * 7_919_993) % leaves
    source.prepare(index)
    const [entry] = await source.readEntries({ from: asPosition(index), limit: 1 })
    const leaf = auditLeafOf(index, (entry as { readonly bytes: Uint8Array }).bytes)
    const start = performance.now()
    const proof = await proveInclusion(BigInt(index), size, read)
    const proved = performance.now()
    const check = verifyInclusion({ leaf, index: BigInt(index), size, root, proof })
    verifying.push(performance.now() - proved)
    proving.push(proved - start)
    if (!check.ok) throw new Error(`the proof of entry ${index} does not hold: ${check.fault}`)
  }
  return { proveMs: summarise(proving), verifyMs: summarise(verifying) }
}
