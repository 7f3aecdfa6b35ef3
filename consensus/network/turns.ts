/** Work for each of several callers, at most so much of one caller's at once; the rest of it waits in order. */

export type Turns = { take<T>(caller: string, work: () => Promise<T>): Promise<T> }

export function createTurns(atOnce: number): Turns {
  const lines = new Map<string, { running: number; readonly waiting: (() => void)[] }>()
  return {
    async take(caller, work) {
      const line = lines.get(caller) ?? { running: 0, waiting: [] }
      lines.set(caller, line)
      if (line.running >= atOnce) await new Promise<void>((resolve) => line.waiting.push(resolve))
      else line.running += 1
      try {
        return await work()
      } finally {
        const next = line.waiting.shift()
        // The place goes to the next one, who was counted when this one was.
        if (next !== undefined) next()
        else if (--line.running === 0) lines.delete(caller)
      }
    },
  }
}
