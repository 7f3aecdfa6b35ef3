/** Signs evidence or a verdict, puts it on ai.evidence.v1 and waits for what becomes of it. */
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Signer } from '../../domain/crypto.js'
import { sha256Hex } from '../../domain/hash.js'
import { asAnomalyId, asPosition, type Position } from '../../domain/ids.js'
import { encodeEvidenceMessage } from '../../domain/message/evidence-event.js'
import { signEvidence, type EvidenceDraft } from '../../domain/message/sign-evidence.js'
import type { EventLog } from '../../eventlog/log.js'
import { originText, REASONS, TOPICS, type Transport } from '../../ingest/index.js'
import { withOpenTopics } from '../dlq/open-letters.js'
import type { DataFolder } from '../data-folder/open.js'
import type { Progress } from '../shared/progress.js'
import { readFolderState } from '../shared/running.js'
import { openLogOf } from '../shared/stopped-folder.js'

export type ReportAnswer = {
  readonly reportId: string
  readonly messageHash: string
  /** Where it lies in the topic. */
  readonly origin: string
  /** `failed`: a block carries it and it changed nothing. `waiting`: nothing was heard of it in time. */
  readonly outcome: 'accepted' | 'failed' | 'refused' | 'waiting'
  readonly code: string | null
  readonly blockHeight: number | null
  readonly sentence: string
}

export type ReportDraft = Pick<EvidenceDraft, 'evidenceType' | 'refs' | 'proofBlob' | 'heldBefore'> & { readonly id?: EvidenceDraft['id'] }

export const newReportId = (): EvidenceDraft['id'] => asAnomalyId(randomUUID())

export function sendReport(data: DataFolder, signer: Signer, draft: ReportDraft, waitMs: number, progress: Progress): Promise<ReportAnswer> {
  return withOpenTopics(data, async (transport) => {
    const log = await openLogOf(data)
    try {
      return await sendAndWait(data, transport, log, signer, draft, waitMs, progress)
    } finally {
      await log.close()
    }
  })
}

/** The signed message, as it goes onto the topic: by us, or by whoever is given it. */
export function signReport(signer: Signer, draft: ReportDraft): { readonly id: string; readonly value: Uint8Array } {
  const message = signEvidence({ id: newReportId(), ...draft, tsSeconds: Math.floor(Date.now() / 1000), nonce: new Uint8Array(randomBytes(16)) }, signer)
  return { id: message.id, value: encodeEvidenceMessage(message) }
}

async function sendAndWait(data: DataFolder, transport: Transport, log: EventLog, signer: Signer, draft: ReportDraft, waitMs: number, progress: Progress): Promise<ReportAnswer> {
  const { id, value } = signReport(signer, draft)
  const messageHash = sha256Hex(value)
  const follow = followFate(log, messageHash, asPosition(await log.length()))
  const [mark] = await transport.send([{ topic: TOPICS.evidence.name, key: signer.publicKey, value }])
  const sent = { reportId: id, messageHash, origin: mark === undefined ? TOPICS.evidence.name : originText(mark) }
  if ((await readFolderState(data.layout)).kind !== 'running') {
    return { ...sent, outcome: 'waiting', code: null, blockHeight: null, sentence: 'lies in the topic; it is read when `cybermesh up` runs, and its time must not have passed by then' }
  }
  const deadline = Date.now() + waitMs
  for (;;) {
    const fate = await follow()
    if (fate !== undefined) return { ...sent, ...fate }
    if (Date.now() > deadline) return { ...sent, outcome: 'waiting', code: null, blockHeight: null, sentence: `no block has carried it within ${waitMs / 1000} s, and it was not refused; it may still be accepted` }
    progress.show('waiting for a block that carries it')
    await sleep(200)
  }
}

type Fate = Pick<ReportAnswer, 'outcome' | 'code' | 'blockHeight' | 'sentence'>

/** Reads what was added to the log since it was last asked; undefined while the log does not say. */
function followFate(log: Pick<EventLog, 'readAll'>, messageHash: string, from: Position): () => Promise<Fate | undefined> {
  let next = from
  return async () => {
    for await (const { event, position } of log.readAll({ from: next })) {
      next = asPosition(position + 1)
      if (event.type === 'ReportRecorded' && event.data.messageHash === messageHash) {
        const { placement: { height: blockHeight }, outcome } = event.data
        if (outcome.kind === 'applied') return { outcome: 'accepted', code: null, blockHeight, sentence: `is accepted, in block ${blockHeight}` }
        const { what, advice } = REASONS[outcome.code]
        return { outcome: 'failed', code: outcome.code, blockHeight, sentence: `is in block ${blockHeight} and changed nothing (${outcome.code}: ${what}); ${advice}` }
      }
      if (event.type === 'MessageRefused' && event.data.messageHash === messageHash) {
        const { code } = event.data
        const { what, advice } = REASONS[code]
        return { outcome: 'refused', code, blockHeight: null, sentence: `was refused by the validators (${code}: ${what}); ${advice}` }
      }
    }
    return undefined
  }
}
