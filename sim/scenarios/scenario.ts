/**
 * A scenario is a script over one or more worlds: who hears what, who loses power, what a liar says. It always ends in a
 * result and never throws: the same scripts run over mutants, where they are to find something.
 */
import { createWorld, type WorldOptions } from '../world/create-world.js'
import type { Counts, Result, Violation, World } from '../types.js'
import { inTurn } from './turns.js'
import { START } from '../world/network-of.js'

export type Scenario = {
  readonly name: string
  /** What happens and what must come of it, in a sentence. */
  readonly what: string
  run(): Result
}

export type OpenWorld = (options: Omit<WorldOptions, 'seed'> & { readonly seed?: number }) => World

/** Thrown by the helpers once a world has a violation: the rest of the script tells nothing more. */
export class Found extends Error {}

/** @param script leaders take turns in its worlds unless it says otherwise */
export function scenario(name: string, what: string, script: (open: OpenWorld) => void): Scenario {
  return {
    name, what,
    run() {
      const worlds: World[] = []
      try {
        script((options) => {
          const world = createWorld({ seed: 1, electLeader: inTurn, ...options })
          worlds.push(world)
          return world
        })
      } catch (error) {
        if (!(error instanceof Found)) noteThrown(worlds.at(-1), error)
      }
      return resultOf(name, worlds)
    },
  }
}

/** A script that cannot go on found a world that does not behave as scripted. */
function noteThrown(world: World | undefined, error: unknown): void {
  if (world === undefined) throw error
  world.violate('exception', error instanceof Error ? error.stack ?? error.message : String(error))
}

function resultOf(name: string, worlds: readonly World[]): Result {
  const violations = worlds.flatMap((world): readonly Violation[] => world.violations)
  const broken = worlds.find((world) => world.violations.length > 0)
  return {
    name, violations,
    counts: worlds.map(({ counts }) => counts).reduce(addCounts),
    virtualMs: worlds.reduce((sum, world) => sum + world.now() - START, 0),
    trace: broken?.trace() ?? [],
  }
}

const addCounts = (a: Counts, b: Counts): Counts =>
  Object.fromEntries(Object.entries(a).map(([key, value]) => [key, value + b[key as keyof Counts]])) as Counts
