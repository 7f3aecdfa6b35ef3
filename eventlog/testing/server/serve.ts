/** The test server as a process of its own: prints its address and runs until it is killed. */
import { startTestServer } from './index.js'

const [file, port = '0'] = process.argv.slice(2)
const server = await startTestServer({ ...(file === undefined ? {} : { file }), port: Number(port) })
process.stdout.write(`${server.url}\n`)
