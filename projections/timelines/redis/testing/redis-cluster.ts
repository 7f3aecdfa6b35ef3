/** Three primaries on this machine, each with a third of the hash slots. */
import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../../../platform/free-port.js'
import { startTestRedis, type TestRedis } from './redis-server.js'

export type TestCluster = { readonly url: string; readonly nodes: readonly TestRedis[]; stop(): Promise<void> }

export async function startTestCluster(): Promise<TestCluster> {
  const config = { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1', 'cluster-node-timeout': '2000' }
  const nodes = await Promise.all([0, 1, 2].map(async () => startTestRedis({ config: { ...config, 'cluster-port': String(await freePort()) } })))
  const { stdout, stderr, status } = spawnSync('redis-cli', ['--cluster', 'create', ...nodes.map(({ port }) => `127.0.0.1:${port}`), '--cluster-yes'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`no cluster: ${stdout}${stderr}`)
  while (!nodes.every((node) => node.cli('CLUSTER', 'INFO').includes('cluster_state:ok'))) await sleep(20)
  return {
    url: (nodes[0] as TestRedis).url, nodes,
    stop: async () => { await Promise.all(nodes.map((node) => node.stop())) },
  }
}

