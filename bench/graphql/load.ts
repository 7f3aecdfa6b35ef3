/** A fixed number of callers, each asking again as soon as it was answered. */
import { Agent, request } from 'node:http'
import { summarise, type Summary } from '../percentiles.js'

export type Load = {
  readonly perSecond: number
  readonly latencyMs: Summary
  /** What the server's process spent on a request, its database apart: much the same on a busy machine. */
  readonly cpuMs: number
}

/** One server under test. */
export type Target = { readonly url: string; readonly method: 'POST' | 'GET'; readonly bodies: readonly string[]; cpuMicros(): Promise<number> }

export type LoadOptions = { readonly callers: number; readonly seconds: number }

const SLICE_MS = 500

/**
 * The targets in turn, a slice of time each, again and again: what else a machine does meanwhile comes to all of them.
 * Throws where an answer has errors: what is measured must be right.
 */
export async function measureLoads(targets: readonly Target[], { callers, seconds }: LoadOptions): Promise<Load[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: callers })
  const sums = targets.map(() => ({ latencies: [] as number[], milliseconds: 0, cpuMicros: 0 }))
  try {
    // Documents are parsed and pools filled before it counts.
    for (const target of targets) await slice(agent, target, callers, 0, callers)
    for (let round = 0; round < Math.max(1, seconds * 1000 / SLICE_MS); round++) {
      for (const [i, target] of targets.entries()) {
        const sum = sums[i] as (typeof sums)[number]
        const cpuBefore = await target.cpuMicros()
        const startedAt = performance.now()
        sum.latencies.push(...await slice(agent, target, callers, Math.min(SLICE_MS, seconds * 1000), 0))
        sum.milliseconds += performance.now() - startedAt
        sum.cpuMicros += await target.cpuMicros() - cpuBefore
      }
    }
  } finally {
    agent.destroy()
  }
  return sums.map(({ latencies, milliseconds, cpuMicros }) => ({ perSecond: latencies.length / milliseconds * 1000, latencyMs: summarise(latencies), cpuMs: cpuMicros / 1000 / latencies.length }))
}

/** Each caller asks for so long, and at least so often. */
async function slice(agent: Agent, { url, method, bodies }: Target, callers: number, milliseconds: number, least: number): Promise<number[]> {
  const latencies: number[] = []
  const endsAt = performance.now() + milliseconds
  let next = Math.floor(Math.random() * bodies.length)
  await Promise.all(Array.from({ length: callers }, async () => {
    for (let asked = 0; asked < Math.max(1, least / callers) || performance.now() < endsAt; asked++) {
      const askedAt = performance.now()
      await ask(agent, url, method, bodies[next++ % bodies.length] as string)
      latencies.push(performance.now() - askedAt)
    }
  }))
  return latencies
}

function ask(agent: Agent, url: string, method: 'POST' | 'GET', body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const target = method === 'POST' ? url : `${url}?${searchOf(body)}`
    const headers = { accept: 'application/json', ...(method === 'POST' ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } : {}) }
    const asked = request(target, { agent, method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => { text += chunk })
      response.on('end', () => {
        if (response.statusCode === 200 && !text.includes('"errors":[')) resolve()
        else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 300)}`))
      })
    })
    asked.once('error', reject)
    asked.end(method === 'POST' ? body : undefined)
  })
}

function searchOf(body: string): string {
  const { query, variables } = JSON.parse(body) as { query: string; variables: object }
  return new URLSearchParams({ query, variables: JSON.stringify(variables) }).toString()
}
