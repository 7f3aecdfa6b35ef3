/** The topics of a data folder: in the folder, or on the Kafka cluster that `up --kafka` named when the folder was new. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { hasStore } from '../../platform/lmdb/foreign-store.js'
import { readJson, withAbsolutePaths } from '../config/load.js'
import { transportEngine, type TransportEngine } from '../config/schema.js'
import type { Layout } from '../data-folder/layout.js'
import { openTransport } from '../roles/engines.js'
import { UserError } from './user-error.js'
import { writeAtomic, writeJson } from './write-atomic.js'

/** Paths are absolute. Throws UserError where the file that names the cluster is damaged. */
export function transportEngineOf(layout: Layout): TransportEngine {
  const path = layout.transportEngine
  if (!existsSync(path)) return { kind: 'embedded', path: layout.topics }
  const parsed = transportEngine.safeParse(readJson(path, 'transport engine'))
  if (!parsed.success) throw new UserError('BAD_CONFIG', `${path} names no topics; write {"kind": "kafka", "urlFile": "kafka.url"} into it`)
  return withAbsolutePaths(parsed.data, dirname(path)) as TransportEngine
}

/**
 * Writes down which cluster holds the topics, once it has answered, and makes the topics it lacks; undefined: they stay
 * where they are. Throws where the folder has topics of its own.
 */
export async function chooseTransport(layout: Layout, kafka: { readonly url: string; readonly caFile: string | undefined } | undefined): Promise<void> {
  if (kafka === undefined) return
  if (!existsSync(layout.transportEngine) && hasStore(layout.topics)) {
    throw new UserError('OTHER_TOPICS', `${layout.folder} holds topics of its own, which cannot move to Kafka; leave out --kafka or choose another folder with --data`)
  }
  const ca = kafka.caFile === undefined ? undefined : readCertificate(kafka.caFile)
  writeAtomic(layout.kafkaUrl, `${kafka.url}\n`, 0o600)
  if (ca !== undefined) writeAtomic(layout.kafkaCa, ca)
  const engine = { kind: 'kafka', urlFile: 'kafka.url', ...(ca === undefined ? {} : { caFile: 'kafka-ca.pem' }) } as const
  const transport = await openTransport(withAbsolutePaths(engine, layout.folder) as TransportEngine, { create: true })
  await transport.close()
  writeJson(layout.transportEngine, engine)
}

function readCertificate(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UserError('UNREADABLE', `the certificate file ${path} cannot be read; name the PEM file of the authority that signed the certificates of the brokers`)
  }
}
