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
import type { Height, UnixMillis } from '../../../domain/ids.js'
import { rulesOf } from '../../../domain/message/check-anomaly.js'
import { createTestNetwork } from '../../../eventlog/recorder/testing/network.js'
import { runIntake } from '../../../ingest/admission/intake.js'
import { openAdmissionStore, type AdmissionStore } from '../../../ingest/admission/store.js'
import { createMempool, defaultMempoolLimits, type Mempool } from '../../../ingest/mempool/mempool.js'
import { createAcceptLater, createStrictVerifier, createVerifier } from '../../../platform/crypto/ed25519.js'
import { createSignatureChecks } from '../../../platform/crypto/verified-cache.js'
import type { FeederTask } from './feeder.js'
import { createBook, GOOD, GROUP, openTopics, PARTITIONS, TOPIC, type Where } from './ground.js'

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
  /** Honest messages, from the start of reading to the last one's receipt. */
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

type Kind = { readonly name: string; readonly codes: readonly string[] }
type Phase =
  | { readonly phase: 'stop' }
  | { readonly phase: 'measure'; readonly name: 'alone' | 'attacked'; readonly until: number; readonly goods: number }
  | { readonly phase: 'over'; readonly sent: number; readonly kinds: readonly Kind[] }

const GOOD_PARTITION = PARTITIONS - 1

export async function runIntakeAttack(options: IntakeAttackOptions): Promise<IntakeAttackReport> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-attack-'))
  const where: Where = options.kafka === undefined ? { kind: 'embedded', path: join(folder, 'topics') } : { kind: 'kafka', address: options.kafka }
  const network = createTestNetwork()
  const rules = rulesOf(network.genesis)
  const { skewMs } = rules.limits
  const transport = await openTopics(where)
  const store = openAdmissionStore(join(folder, 'admission'))
  const { strictly, ahead } = createSignatureChecks(createVerifier(), createAcceptLater(), CACHE_ENTRIES, undefined, createStrictVerifier())
  const clock = (): UnixMillis => Date.now() as UnixMillis
  const memoryMb: number[] = []
  const expected = options.messages + 2 * options.goods
  let receipts = 0
  /** Where the honest ones' partition has been read to. */
  let reached = 0
  let onReached: () => void = () => undefined

  function start(): { readonly mempool: Mempool; stop(): Promise<void> } {
    const mempool = createMempool(defaultMempoolLimits(skewMs))
    const stopping = new AbortController()
    const intake = runIntake({
      transport, topics: [TOPIC], group: GROUP, store, mempool, signer: network.validators[0] as (typeof network.validators)[number], chainId: network.set.chainId, rulesNow: () => ({ rules, height: 1 as Height }), clock,
      verify: strictly, verifyAhead: ahead, signal: stopping.signal,
      onReceipts(more) {
        receipts += more.length
        for (const { origin } of more) if (origin.partition === GOOD_PARTITION) reached = Math.max(reached, origin.offset + 1)
        if (receipts >= (expected * (memoryMb.length + 1)) / 10) memoryMb.push(privateMemoryMb())
        options.onProgress?.(receipts)
        onReached()
      },
    })
    // Stands in for the chain: what waits goes into blocks.
    const blocks = setInterval(() => {
      const txIds = mempool.select(new Set(), { maxCount: BLOCK_TXS, maxBytes: rules.limits.payloadBytes * 8, blockTime: clock() }).map(({ id }) => id)
      mempool.remove(txIds)
      store.settle(txIds, (clock() + 2 * skewMs) as UnixMillis).catch(() => undefined)
    }, BLOCK_EVERY_MS)
    return { mempool, async stop() {
      clearInterval(blocks)
      stopping.abort()
      await intake
    } }
  }

  let running = start()
  const startedAt = performance.now()
  const perSecond = { alone: 0, attacked: 0 }
  let over: Extract<Phase, { phase: 'over' }> | undefined
  const child = startFeeder({ where, messages: options.messages, goods: options.goods, book: join(folder, 'book') })
  try {
    for await (const phase of child.phases) {
      if (phase.phase === 'over') {
        over = phase
        break
      }
      if (phase.phase === 'stop') await running.stop()
      else {
        const from = performance.now()
        const isReached = new Promise<void>((resolve) => { onReached = () => (reached >= phase.until ? resolve() : undefined) })
        running = start()
        await isReached
        perSecond[phase.name] = phase.goods / ((performance.now() - from) / 1000)
      }
      child.answer()
    }
    if (over === undefined) throw new Error(`the feeder ended early: ${child.complaint()}`)
    return {
      ...compare(store, join(folder, 'book'), over.kinds), sent: over.sent, seconds: (performance.now() - startedAt) / 1000, memoryMb,
      perSecond, kept: perSecond.attacked / perSecond.alone, tables: { mempool: running.mempool.size().count },
    }
  } finally {
    child.kill()
    await running.stop()
    await store.close()
    await transport.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function startFeeder(task: FeederTask) {
  const child = spawn(process.execPath, ['--import', 'tsx', feeder, JSON.stringify(task)], { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', (data: Buffer) => { complaint += data.toString() })
  const lines = createInterface({ input: child.stdout })
  return {
    phases: (async function* () {
      for await (const line of lines) yield JSON.parse(line) as Phase
    })(),
    answer: () => void child.stdin.write('\n'),
    complaint: () => complaint,
    kill: () => void child.kill('SIGKILL'),
  }
}

function compare(store: AdmissionStore, bookFile: string, kinds: readonly Kind[]): Pick<IntakeAttackReport, 'receipts' | 'byKind' | 'wrong' | 'examples'> {
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
