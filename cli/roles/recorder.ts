/** A recorder process: follows topic, receipts and chain, writes the event log, publishes what was committed. */
import { join } from 'node:path'
import { runAuditPublisher } from '../../audit/publisher/run-publisher.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '../../domain/bytes.js'
import { canonicalJson, type Json } from '../../domain/canonical-json.js'
import { sha256Hex } from '../../domain/hash.js'
import { validatorSetOf } from '../../domain/genesis.js'
import { followChain } from '../../consensus/node/follow-chain.js'
import { followReceipts } from '../../consensus/node/follow-receipts.js'
import { peerIdOf } from '../../consensus/network/identity.js'
import { startMesh } from '../../consensus/network/mesh.js'
import { openRecorderIndex, runRecorder } from '../../eventlog/recorder/index.js'
import { deadLetterSinkOf, messageFeedOf, openPublisherCheckpoint, RECORDER_GROUP, RECORDER_TOPICS, runControlPublisher, withLazyOffsets } from '../../ingest/index.js'
import { createAcceptLater, createStrictVerifier, createVerifier } from '../../platform/crypto/ed25519.js'
import { readKeyFile, readKeySeed } from '../../platform/crypto/key-file.js'
import { createSignatureChecks } from '../../platform/crypto/verified-cache.js'
import { systemClock } from '../../platform/clock.js'
import { auditFolderOf } from '../data-folder/layout.js'
import { loadGenesis } from '../config/load.js'
import type { RoleConfig } from '../config/schema.js'
import { holdLock } from '../shared/process-lock.js'
import type { Logger } from '../shared/logger.js'
import { UserError } from '../shared/user-error.js'
import { openLog, openTransport, readFileOf } from './engines.js'
import { operatorRoute } from './operator-route.js'
import type { RunningRole } from './role.js'

const VERIFIED_CACHE_ENTRIES = 20_000

export async function startRecorder(config: RoleConfig<'recorder'>, log: Logger): Promise<RunningRole> {
  const genesis = loadGenesis(config.genesis)
  const set = validatorSetOf(genesis)
  const signer = readKeyFile(config.key)
  const publicKey = bytesToHex(signer.publicKey)
  if (!genesis.recorders.some((recorder) => recorder.publicKey === publicKey)) {
    throw new UserError('UNKNOWN_RECORDER', `the key ${config.key} is not a recorder of this genesis; use the key file that was made with it`)
  }
  const lock = holdLock(join(config.data, 'recorder.lock'), `recorder ${config.name}`)
  const eventLog = await openLog(config.eventlog, {
    chainId: genesis.chainId, indexPath: join(config.data, 'log-index'),
    onAlarm: (alarm) => log.error({ alarm }, 'an event id came again with other content'),
  })
  const index = openRecorderIndex(join(config.data, 'index'), set.chainId)
  const checkpoint = openPublisherCheckpoint(join(config.data, 'publisher'))
  const transport = await openTransport(config.transport, { onWarning: (sentence) => log.warn(sentence) })
  const mesh = await startMesh({
    seed: readKeySeed(config.key), listen: undefined,
    peers: config.peers.map((peer) => ({ publicKey: hexToBytes(peer.publicKey), name: peer.publicKey.slice(0, 8), address: peer.address })),
  })
  const stopping = new AbortController()
  const { signal } = stopping
  const clock = () => systemClock.now()
  const consumer = await withLazyOffsets(transport).consume({ topics: RECORDER_TOPICS, group: RECORDER_GROUP })

  const { verify, strictly, ahead } = createSignatureChecks(createVerifier(), createAcceptLater(), VERIFIED_CACHE_ENTRIES, undefined, createStrictVerifier())
  const recorder = runRecorder({
    log: eventLog, index, genesis, clock, signal, actor: config.name, startFields: { publicKey, configuration: sha256Hex(utf8ToBytes(canonicalJson(config as unknown as Json))) },
    verify, strictly, verifyAhead: ahead,
    messages: messageFeedOf(consumer),
    receipts: followReceipts(mesh, set.validators),
    chain: followChain(mesh, set.validators.map((validator) => validator.publicKey)),
    deadLetters: deadLetterSinkOf(transport, { signer, chainId: set.chainId }),
    peerIdOf: (key) => peerIdOf(key).toString(),
    onNotice: (notice) => log.warn({ notice }, 'refused or tried again'),
  })
  const token = config.operatorTokenFile === undefined ? undefined : readFileOf(config.operatorTokenFile, 'the operator token file', 'start the recorder with `cybermesh up`, or write 64 random hex digits into it, readable by you alone')
  const publisher = runControlPublisher({ log: eventLog, transport, checkpoint, signer, signal })
  const audit = runAuditPublisher({
    source: eventLog, folder: auditFolderOf(config.data), genesis, identity: signer, identitySeed: readKeySeed(config.key), witnesses: config.witnesses, verify: createVerifier(), signal,
    onNotice: (sentence) => log.warn({ audit: sentence }, 'audit log'),
  })
  const work = [recorder.done, publisher, audit.done]

  return {
    ...(token === undefined ? {} : { routes: [operatorRoute(token, recorder.actions)] }),
    status: () => ({ ...recorder.status(), latencyMs: recorder.latency(), notices: recorder.notices(), publisher: checkpoint.load(), audit: audit.status(),
      connectedPeers: set.validators.filter((validator) => mesh.isConnected(peerIdOf(validator.publicKey))).length }),
    done: Promise.all(work).then(() => undefined),
    async stop() {
      stopping.abort()
      await Promise.allSettled(work)
      await consumer.close()
      await mesh.stop()
      await transport.close()
      await checkpoint.close()
      await index.close()
      await eventLog.close()
      lock.release()
    },
  }
}
