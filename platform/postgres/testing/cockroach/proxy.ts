/**
 * PostgreSQL forced into the rules of CockroachDB: a proxy that every client can use, SERIALIZABLE by default, with the
 * statements refused that CockroachDB would refuse, and failures injected. It says that it is CockroachDB when asked.
 */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { noFaults, type Faults } from './faults.js'
import { createSession, type Session } from './session.js'
import { createMessageReader, readStartup, startupMessage } from './wire.js'

export type ForcedCockroach = {
  /** The URL of the same database through the proxy. */
  readonly url: string
  stop(): Promise<void>
}

/** @param url of the PostgreSQL behind it */
export async function startForcedCockroach({ url, faults = noFaults() }: { readonly url: string; readonly faults?: Faults }): Promise<ForcedCockroach> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    joinSockets(client, upstream, faults)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const through = new URL(url)
  through.port = String((server.address() as AddressInfo).port)
  return {
    url: through.href,
    async stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
      if (server.listening) await once(server, 'close')
    },
  }
}

function joinSockets(client: Socket, upstream: Socket, faults: Faults): void {
  let session: Session | undefined
  let beginning: Buffer = Buffer.alloc(0)
  const readClient = createMessageReader()
  const readServer = createMessageReader()

  const begin = (chunk: Buffer): void => {
    beginning = Buffer.concat([beginning, chunk])
    const startup = readStartup(beginning)
    switch (startup.kind) {
      case 'incomplete':
        return
      case 'encryption':
        beginning = startup.rest
        client.write('N')
        if (beginning.length > 0) begin(Buffer.alloc(0))
        return
      case 'cancel':
        upstream.end(beginning)
        return
      case 'parameters': {
        const options = startup.parameters.get('options') ?? ''
        const forced = `${options.replace(/\bautocommit_before_ddl\b/g, 'cockroach.autocommit_before_ddl')} -c default_transaction_isolation=serializable`
        upstream.write(startupMessage(new Map([...startup.parameters, ['options', forced.trim()]])))
        session = createSession(faults, { toServer: (bytes) => { upstream.write(bytes) }, toClient: (bytes) => { client.write(bytes) } })
        for (const message of readClient(startup.rest)) session.fromClient(message)
      }
    }
  }

  client.on('data', (chunk: Buffer) => {
    if (session === undefined) begin(chunk)
    else for (const message of readClient(chunk)) session.fromClient(message)
  })
  upstream.on('data', (chunk: Buffer) => { for (const message of readServer(chunk)) session?.fromServer(message) })
  client.on('end', () => upstream.end())
  upstream.on('end', () => client.end())
}
