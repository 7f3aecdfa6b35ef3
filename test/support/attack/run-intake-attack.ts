/**
 * A validator's real admission (store, replay window, signed receipts, offsets) under an attack, and what came of it:
 * each message's receipt is looked up by its place and held against what lies there.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { UnixMillis } from '../../../domain/ids.js'
import { rulesOf } from '../../../domain/message/check-anomaly.js'
import { createTestNetwork } from '../../../eventlog/recorder/testing/network.js'
import { runIntake } from '../../../ingest/admission/intake.js'
import { openAdmissionStore, type AdmissionStore } from '../../../ingest/admission/store.js'
import { createMempool, defaultMempoolLimits } from '../../../ingest/mempool/mempool.js'
import { createAcceptLater, createStrictVerifier, createVerifier } from '../../../platform/crypto/ed25519.js'
import { createSignatureChecks } from '../../../platform/crypto/verified-cache.js'
import type { FeederTask } from './feeder.js'
import { createBook, GOOD, GROUP, openTopics, type Where } from './ground.js'

export type IntakeAttackOptions = {
  readonly messages: number
  readonly goods: number
  /** Embedded topics in a folder of its own where absent. */
  readonly kafka?: string
  readonly onProgress?: (receipts: number) => void
}

export type IntakeAttackReport = {
  readonly sent: number
  readonly receipts: number
  readonly seconds: number
  readonly perSecond: { readonly alone: number; readonly attacked: number }
  /** What honest traffic kept of its own speed. */
  readonly kept: number
  readonly byKind: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Messages without a receipt, with two, or with a code that is not theirs; the first few as sentences. */
  readonly wrong: number
  readonly examples: readonly string[]
  /** Private memory of the validator's process after each tenth, MB; files mapped by LMDB are the system's. */
  readonly memoryMb: readonly number[]
  readonly tables: Readonly<Record<string, number>>
}

const feeder = fileURLToPath(new URL('./feeder.ts', import.meta.url))
const BLOCK_EVERY_MS = 20
const BLOCK_TXS = 500
const CACHE_ENTRIES = 50_000
const EXAMPLES = 5

type Phase = { readonly phase: string; readonly perSecond?: number; readonly sent?: number; readonly kinds?: readonly { readonly name: string; readonly codes: readonly string[] }[] }

export async function runIntakeAttack(options: IntakeAttackOptions): Promise<IntakeAttackReport> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-attack-'))
  const where: Where = options.kafka === undefined ? { kind: 'embedded', path: join(folder, 'topics') } : { kind: 'kafka', address: options.kafka }
  const network = createTestNetwork()
  const rules = rulesOf(network.genesis)
  const { skewMs } = rules.limits
  const transport = await openTopics(where)
  const store = openAdmissionStore(join(folder, 'admission'))
  const mempool = createMempool(defaultMempoolLimits(skewMs))
  const { strictly, ahead } = createSignatureChecks(createVerifier(), createAcceptLater(), CACHE_ENTRIES, undefined, createStrictVerifier())
  const stopping = new AbortController()
  const clock = (): UnixMillis => Date.now() as UnixMillis
  const memoryMb: number[] = []
  const expected = options.messages + 2 * options.goods
  let receipts = 0
  const intake = runIntake({
    transport, group: GROUP, store, mempool, signer: network.validators[0] as (typeof network.validators)[number], chainId: network.set.chainId, rules, clock,
    verify: strictly, verifyAhead: ahead, signal: stopping.signal,
    onReceipts(more) {
      receipts += more.length
      if (receipts >= (expected * (memoryMb.length + 1)) / 10) memoryMb.push(privateMemoryMb())
      options.onProgress?.(receipts)
    },
  })
  // Stands in for the chain: what waits goes into blocks.
  const blocks = setInterval(() => {
    const txIds = mempool.select(new Set(), { maxCount: BLOCK_TXS, maxBytes: rules.limits.payloadBytes * 8, blockTime: clock() }).map(({ id }) => id)
    mempool.remove(txIds)
    store.settle(txIds, (clock() + 2 * skewMs) as UnixMillis).catch(() => undefined)
  }, BLOCK_EVERY_MS)
  const startedAt = performance.now()
  try {
    const book = join(folder, 'book')
    const phases = await Promise.race([runFeeder({ where, messages: options.messages, goods: options.goods, book }), intake.then(() => { throw new Error('the intake ended') })])
    const seconds = (performance.now() - startedAt) / 1000
    const phase = (name: string): Phase => phases.find((one) => one.phase === name) as Phase
    const [alone, attacked] = [phase('alone').perSecond as number, phase('attacked').perSecond as number]
    const kinds = phase('over').kinds as NonNullable<Phase['kinds']>
    return {
      ...compare(store, book, kinds), sent: phase('over').sent as number, seconds, memoryMb,
      perSecond: { alone, attacked }, kept: attacked / alone, tables: { mempool: mempool.size().count, pending: store.pending().length },
    }
  } finally {
    clearInterval(blocks)
    stopping.abort()
    await intake.catch(() => undefined)
    await store.close()
    await transport.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function runFeeder(task: FeederTask): Promise<Phase[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', feeder, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] })
    const phases: Phase[] = []
    let complaint = ''
    child.stderr.on('data', (data: Buffer) => { complaint += data.toString() })
    createInterface({ input: child.stdout }).on('line', (line) => void phases.push(JSON.parse(line) as Phase))
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(phases) : reject(new Error(`the feeder ended with ${String(code)}: ${complaint}`))))
  })
}

function compare(store: AdmissionStore, bookFile: string, kinds: NonNullable<Phase['kinds']>): Pick<IntakeAttackReport, 'receipts' | 'byKind' | 'wrong' | 'examples'> {
  const book = createBook(bookFile)
  const byKind: Record<string, Record<string, number>> = {}
  const seen = new Set<string>()
  const examples: string[] = []
  let receipts = 0
  let wrong = 0
  const complain = (sentence: string): void => {
    wrong += 1
    if (examples.length < EXAMPLES) examples.push(sentence)
  }
  for (;;) {
    const some = store.receiptsFrom(receipts, 1000)
    if (some.length === 0) break
    receipts += some.length
    for (const { origin, verdict } of some) {
      const place = `${origin.partition}/${origin.offset}`
      if (seen.has(place)) complain(`${place} has two receipts`)
      seen.add(place)
      const what = book.at(origin.partition, origin.offset)
      const { name, codes } = what === GOOD ? { name: 'good', codes: ['admitted'] } : kinds[what - 1] ?? { name: 'unknown', codes: [] }
      const code = verdict.kind === 'admitted' ? 'admitted' : verdict.code
      const counts = (byKind[name] ??= {})
      counts[code] = (counts[code] ?? 0) + 1
      if (!codes.includes(code)) complain(`${place}, ${name}, got ${code}`)
    }
  }
  if (receipts !== book.size()) complain(`${book.size()} messages have ${receipts} receipts`)
  return { receipts, byKind, wrong, examples }
}

const privateMemoryMb = (): number => Math.round(Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024)
