/** How far several rebuilds are, in one line: percent, events a second and time left of each. */
import type { Progress } from './progress.js'

type Rate = { readonly startedAtMs: number; readonly from: number; line: string }

export type RebuildProgress = { saw(progress: { readonly name: string; readonly position: number; readonly lagEvents: number }): void; ended(name: string): void }

export function createRebuildProgress(progress: Progress, now: () => number = () => performance.now()): RebuildProgress {
  const running = new Map<string, Rate>()
  return {
    saw({ name, position, lagEvents }) {
      const rate = running.get(name) ?? { startedAtMs: now(), from: position, line: '' }
      running.set(name, rate)
      rate.line = describe(name, position, lagEvents, (now() - rate.startedAtMs) / 1000, position - rate.from)
      progress.show([...running.values()].map(({ line }) => line).join('; '))
    },
    ended: (name) => void running.delete(name),
  }
}

function describe(name: string, position: number, left: number, seconds: number, done: number): string {
  const all = position + left
  const percent = all === 0 ? 100 : Math.floor((position / all) * 100)
  if (done === 0 || seconds === 0) return `${name} ${percent} % (${position} of ${all})`
  const perSecond = done / seconds
  return `${name} ${percent} % (${position} of ${all}, ${Math.round(perSecond)} events/s, ${Math.ceil(left / perSecond)} s left)`
}
