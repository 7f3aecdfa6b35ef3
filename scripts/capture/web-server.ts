/** The web server of the test network: pages of several sizes, and uploads that it counts and forgets. */
import { createServer } from 'node:http'

const PAGES: Readonly<Record<string, number>> = { '/': 2_000, '/style.css': 9_000, '/logo.png': 24_000, '/news': 6_000, '/report.pdf': 120_000 }

createServer((request, response) => {
  if (request.method === 'PUT') {
    request.resume()
    request.once('end', () => response.writeHead(201).end())
    return
  }
  const size = PAGES[request.url ?? '/']
  if (size === undefined) response.writeHead(404).end('not found\n')
  else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(Buffer.alloc(size, 'cybermesh '))
}).listen(80, '0.0.0.0')
