/** Removing generations nobody needs, a few keys a step, so that the server serves others in between. */
import type { Cluster, Redis } from 'ioredis'
import type { Core } from './core.js'
import { pointerKey } from './layout.js'

const KEYS_A_STEP = 500

export type Pointer = { readonly live: string | undefined; readonly previous: string | undefined }

export async function readPointer({ connection: { client }, layout }: Core): Promise<Pointer> {
  const [live, previous] = await client.hmget(pointerKey(layout), 'generation', 'previous')
  return { live: live ?? undefined, previous: previous ?? undefined }
}

/** Removes every generation but the live one, the one before it, and `keep`. Returns the number of keys. */
export async function removeOldGenerations(core: Core, keep: readonly string[] = []): Promise<number> {
  const { live, previous } = await readPointer(core)
  const kept = new Set([live, previous, ...keep])
  let removed = 0
  await forEachKeys(core, async (client, keys) => {
    const old = keys.filter((key) => {
      const generation = /timelines:g(\d+):/.exec(key.toString('latin1'))?.[1]
      return generation !== undefined && !kept.has(generation)
    })
    for (let i = 0; i < old.length; i += KEYS_A_STEP) removed += await unlink(client, old.slice(i, i + KEYS_A_STEP))
  })
  return removed
}

/** Keys of one slot at a time, as a cluster wants it. */
async function unlink(client: Redis, keys: readonly Buffer[]): Promise<number> {
  const byTag = new Map<string, Buffer[]>()
  for (const key of keys) {
    const tag = /^\{[^}]*\}/.exec(key.toString('latin1'))?.[0] ?? ''
    const part = byTag.get(tag)
    if (part === undefined) byTag.set(tag, [key])
    else part.push(key)
  }
  let removed = 0
  for (const part of byTag.values()) removed += await client.unlink(...part)
  return removed
}

/** Visits the keys of generations on every primary, as SCAN gives them; a key may come twice. */
export async function forEachKeys({ connection: { client }, layout }: Core, visit: (client: Redis, keys: readonly Buffer[]) => Promise<void>): Promise<void> {
  const nodes = layout.isPlain ? [client as Redis] : (client as Cluster).nodes('master')
  // In a pattern, braces are plain characters.
  const pattern = layout.isPlain ? 'timelines:g*' : '{timelines:*}:timelines:g*'
  for (const node of nodes) {
    let cursor = '0'
    do {
      const [next, keys] = await node.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', KEYS_A_STEP)
      cursor = next.toString()
      if (keys.length > 0) await visit(node, keys)
    } while (cursor !== '0')
  }
}
