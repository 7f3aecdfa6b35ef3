import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTransactionCheck } from '../../domain/execution/check-transaction.js'
import { keyOf } from '../../domain/policy/testing/policies.js'
import { createRescorer } from '../../domain/scoring/rescore.js'
import { model, oneBitOff, withFeatureOff } from '../../domain/scoring/testing/known.js'
import { claimNumber, closeRegistry, registerModel, scoredTx } from '../../domain/scoring/testing/scored.js'
import type { ScoreClaim } from '../../domain/scoring/score-claim.js'
import type { Transaction } from '../../domain/transaction.js'
import { createLocalNetwork, freshTx, until, type LocalNetwork, type RunningValidator } from './testing/local-network.js'

const N = 5
/** It leads like the others and puts into its block whatever lies in its pool. */
const LIAR = 0
/** It holds no model. */
const BLIND = 4
const HOLDERS = [1, 2, 3]

const now = (): { readonly tsSeconds: number } => ({ tsSeconds: Math.floor(Date.now() / 1000) })
const fresh = (n: number, claim: ScoreClaim = claimNumber(n)): Transaction => scoredTx(n, claim, now())

describe.each([
  ['its score', 'SCORE_MISMATCH', fresh(2, { ...claimNumber(2), rawMargin: oneBitOff(claimNumber(2).rawMargin) })],
  ["one feature's digit", 'SCORE_MISMATCH', fresh(3, withFeatureOff(claimNumber(3), 6))],
  ['its model', 'UNKNOWN_MODEL', fresh(4, { ...claimNumber(4), modelHash: 'ab'.repeat(32) })],
])('five validators, one without the model and one that leads with a lie about %s', (_, code, lie) => {
  let network: LocalNetwork
  let running: RunningValidator[] = []
  let sent = 1000

  const submit = (to: readonly number[], ...txs: readonly Transaction[]): void => {
    for (const i of to) running[i]?.submit(...txs)
  }
  const everyone = [...Array(N).keys()]
  const has = (tx: Transaction) => ({ committed }: RunningValidator): boolean => committed.some(({ block }) => block.transactions.some(({ id }) => id === tx.id))
  const refusalsOf = (i: number): readonly string[] => (running[i]?.reports ?? []).flatMap((report) => (report.kind === 'vote-refused' ? [report.reason] : []))
  /** Turns pass only while there is work. */
  const untilWithWork = async (what: string, isTrue: () => boolean): Promise<void> => {
    let last = freshTx(++sent)
    submit(everyone, last)
    await until(what, () => {
      if (isTrue()) return true
      if (running.every(has(last))) {
        last = freshTx(++sent)
        submit(everyone, last)
      }
      return false
    }, 60_000)
  }

  beforeAll(async () => {
    network = await createLocalNetwork(N, {
      baseTimeoutMs: 1500, body: { policyAuthorities: [{ name: 'head', publicKey: keyOf('head') }] },
      checkOf: (i, genesis, verify) => (i === LIAR ? () => ({ ok: true }) : createTransactionCheck(genesis, verify, createRescorer((hash) => (i !== BLIND && hash === model.modelHash ? model : undefined)))),
    })
    running = await Promise.all(everyone.map((i) => network.start(i)))
    await until('a full mesh', () => running.every(({ node }) => node.status().connectedPeers === N - 1))
    submit(everyone, registerModel(1, 3, { stage: 'canary' }, now()), closeRegistry(2, 3, now()))
    await untilWithWork('the model is registered', () => running.every(({ node }) => node.status().committedHeight >= 4))
  }, 90_000)
  afterEach(() => {
    for (const { fatal, reports } of running) {
      expect(fatal).toEqual([])
      expect(reports.filter(({ kind }) => kind === 'safety-alarm' || kind === 'double-vote')).toEqual([])
    }
  })
  afterAll(async () => {
    await Promise.all(running.map((validator) => validator.stop()))
    network.remove()
  })

  test('agree on an honest claim; the one without the model abstains and follows', async () => {
    const honest = fresh(1)
    submit([LIAR, ...HOLDERS], honest)
    await until('the claim is committed everywhere', () => running.every(has(honest)), 60_000)
    for (const i of HOLDERS) expect(refusalsOf(i)).toEqual([])
    await until('all have the same state', () => new Set(running.map(({ node }) => `${node.status().committedHeight} ${node.status().stateRoot}`)).size === 1)
    expect(refusalsOf(BLIND).filter((reason) => reason !== 'transaction-MODEL_NOT_HELD')).toEqual([])
  }, 90_000)

  test('give the liar no vote, with the right code', async () => {
    submit([LIAR], lie)
    await untilWithWork('every honest holder refused it', () => HOLDERS.every((i) => refusalsOf(i).length > 0))
    for (const i of HOLDERS) expect(new Set(refusalsOf(i))).toEqual(new Set([`transaction-${code}`]))
  }, 90_000)

  test('commit what is honest after it, and never the lie', async () => {
    const honest = fresh(5)
    submit(HOLDERS, honest)
    await until('the next honest claim is committed', () => running.every(has(honest)), 60_000)
    expect(running.some(has(lie))).toBe(false)
  }, 90_000)
})
