/** Faults that come by the clock: partitions, power cuts, full disks, clocks set anew. */
import type { Random } from '../kernel/random.js'
import type { SimNode, World } from '../types.js'
import type { Links } from './links.js'
import type { FaultPlan } from './plan.js'

export type Disasters = { stop(): void }

export function startDisasters(world: World, plan: FaultPlan, links: Links, random: Random): Disasters {
  let isOver = false
  /** Again and again, about every `everyMs`. */
  const often = (everyMs: number, run: () => void): void => world.after(1 + random.below(2 * everyMs), () => {
    if (isOver) return
    run()
    often(everyMs, run)
  })

  if (plan.partition !== undefined) often(plan.partition.everyMs, () => partition(plan.partition as NonNullable<FaultPlan['partition']>))
  if (plan.clocks !== undefined) {
    const { maxMs, jumpEveryMs } = plan.clocks
    const set = (node: SimNode): void => { node.clockSkewMs = random.range(-maxMs, maxMs) }
    // The nodes exist when the first event runs.
    world.after(0, () => world.nodes.forEach(set))
    if (jumpEveryMs !== undefined) often(jumpEveryMs, () => set(random.pick(world.nodes)))
  }
  if (plan.crash !== undefined) {
    const { everyMs, downMs, allPercent } = plan.crash
    often(everyMs, () => {
      if (random.chance(allPercent)) world.nodes.forEach((node) => cutPower(node, downMs))
      else cutPower(random.pick(world.nodes), downMs)
    })
  }
  if (plan.disk !== undefined) {
    const { percent } = plan.disk
    often(2000, () => {
      const node = random.pick(world.nodes)
      if (node.isUp && random.chance(percent)) node.disk.refuses = random.pick(['ENOSPC', 'EIO'] as const)
      // An operator makes room and starts it again; a validator whose disk refused never goes on by itself.
      world.after(1000 + random.below(2000), () => { if (!isOver && !node.isUp && node.stopped === undefined) world.restart(node) })
    })
  }

  function partition({ lastMs, oneWay }: NonNullable<FaultPlan['partition']>): void {
    const keys = Array.from({ length: world.n }, (_, i) => i)
    const group = new Set(random.sample(keys, 1 + random.below(Math.max(1, Math.floor(world.n / 2)))))
    links.cut((from, to) => (oneWay ? group.has(from.index) && !group.has(to.index) : group.has(from.index) !== group.has(to.index)))
    world.after(1 + random.below(2 * lastMs), () => {
      if (isOver) return
      links.cut(undefined)
      // A connection that was dead long enough is made anew; after a short cut nobody noticed.
      if (random.chance(50)) for (const a of world.nodes) for (const b of world.nodes) {
        if (a.position < b.position && group.has(a.index) !== group.has(b.index) && a.isUp && b.isUp) world.connect(a, b)
      }
    })
  }

  /** At one of the next effect boundaries, or now. */
  function cutPower(node: SimNode, downMs: number): void {
    if (!node.isUp) return
    if (random.chance(30)) world.crash(node)
    else node.fuse = random.below(30)
    world.after(1 + random.below(2 * downMs), () => {
      if (isOver || node.stopped !== undefined) return
      world.restart(node, plan.disk !== undefined && random.chance(20) ? 'torn' : 'kept')
    })
  }

  return { stop: () => { isOver = true } }
}
