/** What every part of the Redis store works with: the connection, where keys lie, and how much is kept. */
import type { Connection } from './connect.js'
import { baseOf, type RedisLayout } from './layout.js'
import { runBinaryScript, runScript, type Argument, type Script } from './run-script.js'

export type Limits = {
  /** Newest members that stay in each of the predecessor's sets, with the hashes of their anomalies. */
  readonly window: number
  /** Hours of log time that history goes back. */
  readonly historyHours: number
}

/** The seed's own keys held 30 days; the window is what one switch may rename. */
export const DEFAULT_LIMITS: Limits = { window: 10_000, historyHours: 720 }

export type Core = { readonly connection: Connection; readonly layout: RedisLayout; readonly limits: Limits }

/** A generation by its number, or the one that readers see. */
export type Generation = string
export const LIVE: Generation = ''

const leading = ({ layout }: Core, shard: number, generation: Generation): Argument[] => [baseOf(layout, shard), layout.isPlain ? '1' : '0', generation]

/** Runs one of the scripts that begin with NAMES, on one shard. */
export const runOn = <T>(core: Core, script: Script, shard: number, generation: Generation, args: readonly Argument[]): Promise<T> =>
  runScript<T>(core.connection, script, `${baseOf(core.layout, shard)}timelines:live`, [...leading(core, shard, generation), ...args])

export const runBinaryOn = <T>(core: Core, script: Script, shard: number, generation: Generation, args: readonly Argument[]): Promise<T> =>
  runBinaryScript<T>(core.connection, script, `${baseOf(core.layout, shard)}timelines:live`, [...leading(core, shard, generation), ...args])

/** Runs it on shard 0 first, which knows the live generation, and on the others with the generation it named. */
export async function runOnAll<T extends readonly [string, ...unknown[]]>(core: Core, script: Script, generation: Generation, args: readonly Argument[]): Promise<T[]> {
  const first = await runOn<T>(core, script, 0, generation, args)
  const others = Array.from({ length: core.layout.shards - 1 }, (_, i) => runOn<T>(core, script, i + 1, first[0], args))
  return [first, ...await Promise.all(others)]
}

export const checkpointName = (name: string, version: number): string => `${name}:${version}`
