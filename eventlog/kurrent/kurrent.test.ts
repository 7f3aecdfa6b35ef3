import { describeEventLogContract } from '../testing/contract.js'
import { startTestServer } from '../testing/server/index.js'
import { openKurrentLog } from './index.js'

describeEventLogContract('EventStoreDB protocol, batch append', async () => {
  const server = await startTestServer()
  return { open: () => openKurrentLog({ url: server.url }), destroy: async () => server.stop() }
})
