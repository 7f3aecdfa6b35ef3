/** The files of a log behind the handler that the API serves them with. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAuditFiles } from '../../../graphql/audit-files.js'

export type ServedLog = { readonly url: string; close(): Promise<void> }

/** @param folder asked anew for each request, so that a test can show another log at the same address */
export async function serveLog(folder: () => string): Promise<ServedLog> {
  const server = createServer((request, response) => {
    void createAuditFiles(folder()).answer(request, response).then((isAnswered) => { if (!isAnswered) response.writeHead(404).end() })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}
