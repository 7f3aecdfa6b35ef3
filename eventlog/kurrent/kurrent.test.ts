/** The contract through the client: on a test server in both of its ways to append, and on a real one where there is one. */
import { randomUUID } from 'node:crypto'
import { describe, test } from 'vitest'
import { describeEventLogContract, type LogUnderTest } from '../testing/contract/index.js'
import { openCuttableProxy } from '../testing/server/cuttable-proxy.js'
import { startTestServer } from '../testing/server/index.js'
import { openKurrentLog } from './index.js'

async function throughProxy(target: { readonly host: string; readonly port: number }, urlOf: (port: number) => string, close: () => void): Promise<LogUnderTest> {
  const proxy = await openCuttableProxy(target)
  const namespace = `contract-${randomUUID()}`
  return {
    open: (options) => openKurrentLog({ url: urlOf(proxy.port), namespace, ...options }),
    drop: () => Promise.resolve(proxy.cut()),
    async destroy() {
      await proxy.close()
      close()
    },
  }
}

const onTestServer = (batchAppend: boolean) => async (): Promise<LogUnderTest> => {
  const server = await startTestServer({ batchAppend })
  return throughProxy({ host: '127.0.0.1', port: server.port }, (port) => server.url.replace(String(server.port), String(port)), () => server.stop())
}

describeEventLogContract("EventStoreDB's protocol, appends in batches", onTestServer(true))
// Older servers take one call an append; reading is the same.
describeEventLogContract("EventStoreDB's protocol, one call an append", onTestServer(false), ['expected-none', 'expected-number', 'retry', 'id-conflict', 'batch', 'payload', 'drop', 'writers'])

const real = process.env['EVENTLOG_URL']
if (real === undefined || real === '') {
  describe('event log contract: a real server', () => {
    test.skip('set EVENTLOG_URL, such as kurrentdb://127.0.0.1:2113?tls=false, to run the same suite on it')
  })
} else {
  const { hostname, port } = new URL(real.replace(/^[^:]+:/, 'http:'))
  describeEventLogContract('a real server', () =>
    throughProxy({ host: hostname, port: Number(port === '' ? '2113' : port) }, (through) => real.replace(/(:\/\/(?:[^@/]*@)?)[^/?]+/, `$1127.0.0.1:${through}`), () => undefined))
}
