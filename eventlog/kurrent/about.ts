/** The first thing on the server: which format the log has and which chain it belongs to, written once. */
import { jsonEvent, NO_STREAM } from '@eventstore/db-client'
import { EventLogError } from '../errors.js'
import { hostOf } from './connection.js'
import { isNoStream, isWrongRevision } from './failures.js'
import type { Source } from './read.js'

export const KURRENT_FORMAT = 1

type About = { readonly format: number; readonly chainId: string }

/** Writes it where it is missing. Throws EventLogError (another format, another chain). */
export async function checkAbout(source: Source, url: string, chainId: string | undefined): Promise<void> {
  const about = await readAbout(source) ?? (chainId === undefined ? undefined : await writeAbout(source, { format: KURRENT_FORMAT, chainId }))
  if (about === undefined) return
  const where = `the event log at ${hostOf(url)}`
  if (about.format !== KURRENT_FORMAT) {
    throw new EventLogError('OTHER_FORMAT', 'format', `${where} has format ${about.format}, this program reads ${KURRENT_FORMAT}; use the version that wrote it`)
  }
  if (chainId !== undefined && about.chainId !== chainId) {
    throw new EventLogError('OTHER_CHAIN', 'chainId', `${where} belongs to chain ${about.chainId}, not to ${chainId}; use another server or namespace, or the genesis file that fits`)
  }
}

async function readAbout({ connection, names }: Source): Promise<About | undefined> {
  return connection.run(async (client) => {
    try {
      for await (const { event } of client.readStream(names.about, { maxCount: 1 })) return event?.data as unknown as About
    } catch (error) {
      if (!isNoStream(error)) throw error
    }
    return undefined
  })
}

async function writeAbout(source: Source, about: About): Promise<About | undefined> {
  const { connection, names } = source
  const event = jsonEvent({ type: 'LogOpened', data: { ...about } })
  try {
    await connection.run((client) => client.appendToStream(names.about, event, { streamState: NO_STREAM }))
    return about
  } catch (error) {
    if (!isWrongRevision(error)) throw error
    return readAbout(source)
  }
}
