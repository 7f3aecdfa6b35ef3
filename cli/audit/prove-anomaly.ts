/** Makes a proof bundle from a data folder, running or stopped, and checks it before anybody gets it. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatBundle } from '../../audit/proof/bundle.js'
import { verifyBundle, type Proven } from '../../audit/verifier/index.js'
import { isUuid, type AnomalyId } from '../../domain/ids.js'
import { validatorSetOf } from '../../domain/genesis.js'
import { readChainProof, type ChainProofRead } from '../../eventlog/proof/read-chain-proof.js'
import type { DataFolder } from '../data-folder/open.js'
import { openLogOf } from '../shared/stopped-folder.js'
import type { Progress } from '../shared/progress.js'
import { readFolderState } from '../shared/running.js'
import { UserError } from '../shared/user-error.js'
import { auditFolder } from './audit-folder.js'
import { readTreeProof, type TreeProofRead } from './tree-proof.js'

export type ProvenAnomaly = { readonly bundle: Uint8Array; readonly proven: Proven; readonly tree: Extract<TreeProofRead, { kind: 'found' }>; readonly position: number }

const BETWEEN_LOOKS_MS = 250

/** @param waitMs how long to wait for a commit and a checkpoint while the system runs */
export async function proveAnomaly(data: DataFolder, id: string, waitMs: number, progress: Progress): Promise<ProvenAnomaly> {
  if (!isUuid(id)) throw new UserError('BAD_ID', `${JSON.stringify(id.slice(0, 80))} is no anomaly id; an id is a lowercase UUID such as those that \`cybermesh query '{ anomalies(first: 5) { nodes { id } } }'\` lists`)
  const isRunning = (await readFolderState(data.layout)).kind === 'running'
  const until = Date.now() + (isRunning ? waitMs : 0)
  const chain = await waitFor(() => readFromLog(data, id), ({ kind }) => kind === 'found' || kind === 'unknown', until, () => progress.show(`waiting until ${id} is committed`))
  if (chain.kind !== 'found') throw notYet(id, chain, isRunning)

  const { position, proof } = chain
  const tree = await waitFor(() => readTreeProof(auditFolder(data), position, data.genesis), ({ kind }) => kind === 'found', until, () => progress.show(`waiting for a checkpoint that covers position ${position}`))
  if (tree.kind !== 'found') throw notCovered(position, tree.size, isRunning, waitMs)

  const bundle = formatBundle(proof, tree.proof)
  const verification = verifyBundle(bundle, readFileSync(data.layout.genesis))
  if (!verification.ok) throw new UserError('NOT_PROVED', `this folder gives no proof of ${id}: ${verification.sentence}; run \`cybermesh audit fsck\` to find what is damaged`)
  return { bundle, proven: verification.proven, tree, position }
}

async function readFromLog(data: DataFolder, id: AnomalyId): Promise<ChainProofRead> {
  const log = await openLogOf(data)
  try {
    return await readChainProof(log, validatorSetOf(data.genesis).chainId, id)
  } finally {
    await log.close()
  }
}

async function waitFor<T>(look: () => Promise<T>, isThere: (found: T) => boolean, until: number, onWait: () => void): Promise<T> {
  for (;;) {
    const found = await look()
    if (isThere(found) || Date.now() >= until) return found
    onWait()
    await sleep(BETWEEN_LOOKS_MS)
  }
}

function notYet(id: string, chain: Exclude<ChainProofRead, { kind: 'found' }>, isRunning: boolean): UserError {
  switch (chain.kind) {
    case 'unknown': return new UserError('UNKNOWN_ANOMALY', `the event log has no anomaly ${id}; check the id, or name another data folder with --data`)
    case 'chain-behind': return new UserError('NOT_COMMITTED', `the certificate that commits its block names height ${chain.height}, which is not recorded yet; ${goOn(isRunning)}`)
    case 'not-committed': {
      const state = chain.last.replace('Anomaly', '').toUpperCase().replace('TIMEDOUT', 'TIMEOUT')
      const isOver = state === 'REJECTED' || state === 'EXPIRED'
      return new UserError('NOT_COMMITTED', `${id} is ${state}, and only what was committed can be proved${isOver ? '; `cybermesh timeline` says why it was not' : `; ${goOn(isRunning)}`}`)
    }
  }
}

const goOn = (isRunning: boolean): string => (isRunning ? 'try again in a few seconds, or wait longer with --wait' : 'start the system with `cybermesh up` and try again')

const notCovered = (position: number, size: number, isRunning: boolean, waitMs: number): UserError =>
  new UserError('NOT_COVERED', `${size === 0 ? 'no checkpoint was published yet' : `the newest checkpoint covers ${size} entries of the log`}, and this one is at position ${position}; ` +
    (isRunning ? `none came within ${waitMs / 1000} seconds though one is due every two: \`cybermesh status\` says what holds it up` : 'start the system with `cybermesh up`: a checkpoint comes within about two seconds'))
