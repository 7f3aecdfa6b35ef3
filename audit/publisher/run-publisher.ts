/**
 * Publishes the event log as a transparency log: tiles on disk, then a checkpoint that a quorum of validators cosigned.
 * What is published never contradicts what was, and where too few cosign, the old checkpoint stays and the status says
 * why. A log that does not grow costs nothing.
 */
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import { hexToBytes } from '../../domain/bytes.js'
import type { Signer, VerifySignature } from '../../domain/crypto.js'
import type { Genesis } from '../../domain/genesis.js'
import { quorumSize } from '../../domain/quorum.js'
import { trustAuditKeys, type AuditKeys } from '../notes/audit-keys.js'
import { encodeCoseRoot, signRoot } from '../cose/receipt.js'
import { formatCheckpoint, originOf } from '../notes/checkpoint.js'
import { proveConsistency, verifyConsistency } from '../tree/consistency.js'
import { AuditFormatError } from '../errors.js'
import { bindKey } from '../notes/key-binding.js'
import { ed25519NoteSigner, formatNote, signNote, type NoteSignature } from '../notes/note.js'
import { deriveNoteSigner } from '../notes/note-keys.js'
import { openLogCheckpoint, type SignedCheckpoint } from '../notes/open-checkpoint.js'
import { subtreesFromTiles } from '../tiles/read-tiles.js'
import { readAuditKeys, readPublished, writeAuditKeys, writePublished } from './published.js'
import { openTreeWriter, type AuditSource, type TreeWriter } from './tree-writer.js'
import { createWitnessClient, type Candidate, type WitnessAddress, type WitnessClient } from './witness-client.js'

export type AuditPublisherOptions = {
  readonly source: AuditSource
  readonly folder: string
  readonly genesis: Genesis
  /** The recorder's identity, and its private key, from which the log's own is derived. */
  readonly identity: Signer
  readonly identitySeed: Uint8Array
  readonly witnesses: readonly WitnessAddress[]
  readonly verify: VerifySignature
  readonly signal: AbortSignal
  /** Least time between two checkpoints. */
  readonly everyMs?: number
  /** Told what an operator should know, once each time it changes. */
  readonly onNotice?: (sentence: string) => void
}

export type AuditPublisherStatus = {
  /** Entries whose tiles are on disk. */
  readonly size: string
  readonly published: { readonly size: string; readonly cosigners: readonly string[] } | undefined
  readonly witnesses: { readonly asked: number; readonly needed: number }
  /** Why there is no newer checkpoint, where there should be one. */
  readonly problem: string | undefined
  /** How long entries have waited for a checkpoint, or the log could not be read; 0 where all are covered. */
  readonly waitingMs: number
}

export type AuditPublisher = { status(): AuditPublisherStatus; readonly done: Promise<void> }

const EVERY_MS = 2000
const LONGEST_PAUSE_MS = 8000

export function runAuditPublisher(options: AuditPublisherOptions): AuditPublisher {
  const { source, folder, genesis, identity, identitySeed, verify, signal, everyMs = EVERY_MS, onNotice = () => undefined } = options
  const { chainId } = genesis
  const origin = originOf(chainId)
  const needed = quorumSize(genesis.validators.length)
  // Each validator has one voice.
  const witnesses = options.witnesses.filter(({ identity: one }, i, all) => all.findIndex((other) => other.identity === one) === i)
  const logKey = deriveNoteSigner('log', identitySeed, chainId)
  const signer = ed25519NoteSigner(origin, logKey)
  let size = 0n
  let published: SignedCheckpoint | undefined
  let problem: string | undefined
  let waitingSince: number | undefined
  const say = (sentence: string | undefined): void => {
    if (sentence !== undefined && sentence !== problem) onNotice(sentence)
    problem = sentence
  }

  let keys: AuditKeys = { origin, log: bindKey(identity, chainId, 'log', logKey.publicKey), witnesses: [] }
  let clients: readonly WitnessClient[] = []

  /** Keys before the checkpoint that needs them. */
  const rememberKeys = async (writer: TreeWriter): Promise<void> => {
    const bindings = clients.flatMap((client) => client.binding() ?? [])
    const merged = [...bindings, ...keys.witnesses.filter((old) => !bindings.some(({ identity: one }) => one === old.identity))]
    const next = { ...keys, witnesses: merged }
    if (JSON.stringify(next) === JSON.stringify(keys)) return
    await writeAuditKeys(writer.files, next)
    keys = next
  }

  /** True where the newest checkpoint is that of the tiles. */
  const publish = async (writer: TreeWriter): Promise<boolean> => {
    const root = writer.root()
    const next = writer.size
    const read = subtreesFromTiles(next, writer.files.read)
    if (published !== undefined) {
      if (published.size > next) return refuse(`the event log has ${next} entries, the checkpoint published before has ${published.size}: is the log an older copy?`)
      // Signing two trees that contradict each other is what a log must never do, whatever happened to its files.
      const proof = await proveConsistency(published.size, next, read)
      if (!verifyConsistency({ size1: published.size, root1: published.root, size2: next, root2: root, proof }).ok) {
        return refuse(`the event log contradicts the checkpoint published before, of ${published.size} entries: no other is signed; compare the log with a copy`)
      }
    }
    const text = formatCheckpoint({ origin, size: next, root })
    const own = signNote(text, signer)
    const candidate: Candidate = { text, size: next, note: formatNote(text, [own]), prove: (oldSize) => proveConsistency(oldSize, next, read) }
    const { lines, reasons } = await collect(clients, candidate, genesis, signal)
    if (lines.length < needed) return refuse(`${lines.length} of ${needed} validators that are needed cosigned${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}`)
    await rememberKeys(writer)
    const note = formatNote(text, [own, ...lines])
    const cose = encodeCoseRoot(signRoot(origin, hexToBytes(signer.keyId), { size: Number(next), root }, logKey))
    await writePublished(writer.files, note, cose)
    published = openLogCheckpoint(note, trustAuditKeys(keys, genesis, verify))
    waitingSince = undefined
    say(undefined)
    return true
  }
  const refuse = (sentence: string): false => {
    say(sentence)
    return false
  }

  const readOwn = (): SignedCheckpoint | undefined => {
    try {
      return readPublished(folder, keys, genesis, verify)
    } catch (error) {
      if (!(error instanceof AuditFormatError)) throw error
      // The witnesses remember what was published; the next checkpoint must continue it.
      onNotice(`the checkpoint file is replaced with the next checkpoint: ${error.message}`)
      return undefined
    }
  }

  const session = async (): Promise<void> => {
    const writer = await openTreeWriter(folder, (sentence) => onNotice(sentence))
    const earlier = readAuditKeys(folder, genesis, verify)
    keys = { ...keys, witnesses: earlier?.witnesses ?? [] }
    if (JSON.stringify(earlier) !== JSON.stringify(keys)) await writeAuditKeys(writer.files, keys)
    clients = witnesses.map((address) => createWitnessClient({ address, genesis, log: keys.log, known: keys.witnesses.find((one) => one.identity === address.identity), verify }))
    published = readOwn()
    size = writer.size
    let pauseMs = everyMs
    while (!signal.aborted) {
      const until = performance.now() + everyMs
      while (!signal.aborted && performance.now() < until && await writer.advance(source)) {
        size = writer.size
        await breathe()
      }
      if (signal.aborted) return
      if (writer.size === 0n || published?.size === writer.size) {
        waitingSince = undefined
        say(undefined)
        await source.waitForGrowth(Number(writer.size), signal)
        continue
      }
      waitingSince ??= performance.now()
      pauseMs = await publish(writer) ? everyMs : Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  }

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await session()
      } catch (error) {
        if (signal.aborted) return
        // A full disk, a log that cannot be read: the recorder goes on, and so does this once that is over.
        waitingSince ??= performance.now()
        say(error instanceof Error ? error.message : String(error))
        await sleep(Math.min(LONGEST_PAUSE_MS, 5 * everyMs), undefined, { signal }).catch(() => undefined)
      }
    }
  }

  return {
    status: () => ({
      size: String(size),
      published: published === undefined ? undefined : { size: String(published.size), cosigners: published.cosigners.map(({ validator }) => validator) },
      witnesses: { asked: witnesses.length, needed },
      problem,
      waitingMs: waitingSince === undefined ? 0 : Math.round(performance.now() - waitingSince),
    }),
    done: run(),
  }
}

type Collected = { readonly lines: readonly NoteSignature[]; readonly reasons: readonly string[] }

/** Asks all witnesses at once. Each is bounded in time, so this is. */
async function collect(clients: readonly WitnessClient[], candidate: Candidate, genesis: Genesis, signal: AbortSignal): Promise<Collected> {
  const answers = await Promise.allSettled(clients.map((client) => client.cosign(candidate, signal)))
  const nameOf = (client: WitnessClient | undefined): string => genesis.validators.find(({ publicKey }) => publicKey === client?.identity)?.name ?? 'unknown'
  return {
    lines: answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])),
    reasons: answers.flatMap((answer, i) => (answer.status === 'rejected' ? [`${nameOf(clients[i])}: ${(answer.reason as Error).message}`] : [])),
  }
}
