/** One seed: a network under drawn faults, then healed; it must agree throughout, commit everything, and fall silent. */
import { faultTolerance } from '../../domain/quorum.js'
import type { TxId } from '../../domain/ids.js'
import { LIARS } from '../byzantine/index.js'
import { createRandom } from '../kernel/random.js'
import { expectCommitted, expectSilence } from '../oracles/liveness.js'
import { compareStores } from '../oracles/state.js'
import type { Result, SimNode, World } from '../types.js'
import { createWorld } from '../world/create-world.js'
import { drawConfiguration, type SeedConfiguration } from './configuration.js'

/** Base timeouts until all is committed once the network is well. */
export const commitBound = (n: number): number => 30 + 10 * faultTolerance(n)
const SILENCE_BOUND = 40

export function runSeed(seed: number, overrides: Partial<SeedConfiguration> = {}): Result {
  return runConfiguration({ ...drawConfiguration(seed, overrides.n === undefined ? {} : { n: overrides.n }), ...overrides })
}

export function runConfiguration(configuration: SeedConfiguration): Result {
  const { seed, n, faults, twins, signatures, wire, faultsMs } = configuration
  const random = createRandom(seed + 1)
  const liars = new Map(configuration.liars.map(({ index, lies }) => [index, (node: SimNode, world: World) => {
    for (const name of lies) LIARS[name](node, world, random.fork(index))
  }]))
  const world = createWorld({ n, seed, twins, faults, signatures, wire, gossip: true, liars })
  const start = world.now()
  const given: TxId[] = []
  configuration.transactions.forEach(({ atMs, toAll }, k) => world.after(atMs, () => {
    // A topic keeps what a validator that is down has not read yet.
    const all = world.nodes
    given.push(toAll ? world.submitTx(k + 1, ...all) : world.submitTx(k + 1, ...random.sample(all, 1)))
  }))
  for (const { index, atMs, fault } of configuration.damaged) world.after(atMs, () => world.restart(world.nodes[index] as SimNode, fault))

  world.run(faultsMs)
  if (world.violations.length === 0) {
    world.heal()
    world.run(1100)
    // What only one validator read reaches the others in the end: each reads the whole topic.
    for (let k = 1; k <= given.length; k++) world.submitTx(k, ...world.nodes)
    expectCommitted(world, given, commitBound(n))
    if (world.violations.length === 0) expectSilence(world, SILENCE_BOUND)
    compareStores(world)
  }
  return {
    name: `seed ${seed}`, violations: world.violations, counts: world.counts, virtualMs: world.now() - start,
    trace: world.violations.length > 0 ? world.trace() : [], configuration,
  }
}
