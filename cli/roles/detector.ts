/** A detector process: flows in, signed anomalies out, and an ear for what became of them. */
import { randomBytes } from 'node:crypto'
import { bytesToHex } from '../../domain/bytes.js'
import { isEnforced, type RegisteredModel } from '../../domain/scoring/registry.js'
import { asAnomalyId, asMillis, type ProducerId } from '../../domain/ids.js'
import { runLive } from '../../detector/live/index.js'
import type { AnomalyDraft } from '../../detector/incidents/payload.js'
import { defaultEngines } from '../../detector/engines/default-engines.js'
import { modelEngine } from '../../detector/engines/models/model-engine.js'
import { openModelFolder } from '../../detector/models/model-folder.js'
import { openAllShipped } from '../../detector/models/shipped.js'
import { runPipeline, type PipelineStats, type Replay } from '../../detector/pipeline.js'
import { createAnomalyPublisher } from '../../detector/publish/anomaly-publisher.js'
import { createInFlight } from '../../detector/publish/in-flight.js'
import { createDetectorFeedback } from '../../detector/feedback/feedback.js'
import { memoryFeedbackStore, openFeedbackStore } from '../../detector/feedback/store.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { readKeyFile } from '../../platform/crypto/key-file.js'
import { systemClock } from '../../platform/clock.js'
import { packageFile } from '../../platform/package-root.js'
import { loadGenesis } from '../config/load.js'
import type { RoleConfig } from '../config/schema.js'
import type { Logger } from '../shared/logger.js'
import { UserError } from '../shared/user-error.js'
import { createRateLimit } from '../shared/rate-limit.js'
import { openTransport } from './engines.js'
import { logSkipped, openLiveFlows } from './live-flows.js'
import type { RunningRole } from './role.js'
import { openScoreBook } from './score-book.js'

export const BUNDLED_CAPTURE = 'detector/samples/lab.pcap'
/** Enough for 500 a second where an answer takes an eighth of a second. */
const MOST_UNDER_WAY = 64

export async function startDetector(config: RoleConfig<'detector'>, log: Logger): Promise<RunningRole> {
  if (config.loop && typeof config.flows === 'object') throw new UserError('BAD_CONFIG', `loop goes with a file, and flows of kind ${config.flows.kind} are followed; leave loop out`)
  const genesis = loadGenesis(config.genesis)
  const signer = readKeyFile(config.key)
  const transport = await openTransport(config.transport, { onWarning: (sentence) => log.warn(sentence) })
  const stopping = new AbortController()
  const { signal } = stopping
  const store = config.data === undefined ? memoryFeedbackStore() : openFeedbackStore(config.data)
  const feedback = createDetectorFeedback({
    transport, name: config.name, genesis, verify: createVerifier(), producer: bytesToHex(signer.publicKey) as ProducerId, store,
    verifyCertificates: config.verifyCertificates, clock: () => systemClock.now(),
  })
  const publisher = createAnomalyPublisher({
    transport, signer, clock: () => systemClock.now(), random: (length) => randomBytes(length), onSigned: (anomalyId, txId) => feedback.expect(anomalyId, txId),
  })
  const limit = config.ratePerSecond === undefined ? undefined : createRateLimit(config.ratePerSecond, signal)
  const inFlight = createInFlight(MOST_UNDER_WAY)
  let stats: PipelineStats | undefined
  let isFinished = false
  const onStats = (now: PipelineStats): void => { stats = now }
  const held = [...(config.shadowModels ? openAllShipped() : []), ...config.models.map((path) => openModelFolder(path, createVerifier()))]
  const registered = (): ReadonlyMap<string, RegisteredModel> => feedback.rules().registry.models
  const models = held.length === 0 ? undefined : modelEngine(held, (modelHash) => registered().get(modelHash)?.stage)
  const engines = [...defaultEngines(), ...(models === undefined ? [] : [models])]
  /** What the network asks detectors to use, and this one cannot. */
  const notHeld = (): readonly string[] => [...registered().values()].filter((model) => isEnforced(model) && !held.some(({ modelHash }) => modelHash === model.modelHash)).map(({ modelHash }) => modelHash)

  async function publish(draft: AnomalyDraft): Promise<void> {
    const anomalyId = asAnomalyId(draft.anomalyId)
    await publisher.publish([{ ...draft, anomalyId, detectedAtMs: asMillis(Math.floor(draft.detectedAtMs)) }], signal)
    log.info({ anomalyId, type: draft.type, severity: draft.severity }, 'published')
  }
  const turn = async (): Promise<boolean> => {
    await limit?.take()
    return !signal.aborted
  }

  const { flows = packageFile(BUNDLED_CAPTURE), workers } = config
  const scores = config.scoreModel === undefined ? undefined : openScoreBook(config.scoreModel)
  const rules = (): ReturnType<typeof feedback.rules> => feedback.rules()
  const live = typeof flows === 'string' ? undefined : { source: await openLiveFlows(flows, config.name, log), positionFile: flows.positionFile }
  const source = live?.source.name ?? flows
  const pipeline = (live === undefined
    ? runPipeline({
      source: flows as string, replay: replayOf(config), signal, sensor: config.name, shift: config.shift, onStats, rules, engines, workers, scores,
      async publish(draft) { if (await turn()) await inFlight.begin(() => publish(draft)) },
    })
    // One after the other: what was published must be known before the next flow is read.
    : runLive({
      ...live, signal, sensor: config.name, onStats, onSkipped: logSkipped(log), rules, engines, workers, scores,
      async publish(draft) { if (await turn()) await publish(draft) },
    })
  ).then(() => inFlight.settled()).then(() => { isFinished = true })
  const listening = feedback.run(signal)

  return {
    status: () => ({ source, ...(live?.source.status === undefined ? {} : { flows: live.source.status() }), isFinished, pipeline: stats, publisher: publisher.counters(), feedback: feedback.status(), ...(models === undefined ? {} : { models: models.counts() }), modelsNotHeld: notHeld() }),
    // A finished file keeps its detector listening for outcomes until it is stopped.
    done: Promise.all([pipeline, listening]).then(() => undefined),
    async stop() {
      stopping.abort()
      await Promise.allSettled([pipeline, listening])
      await transport.close()
      await store.close()
    },
  }
}

function replayOf({ flows, loop, ratePerSecond }: RoleConfig<'detector'>): Replay {
  if (ratePerSecond !== undefined) return { mode: 'findings' }
  if (flows === undefined) return { mode: 'own-pace', loop: true }
  return loop ? { mode: 'own-pace', loop: true } : { mode: 'asap', stamp: 'now' }
}
