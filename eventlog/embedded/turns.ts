/**
 * One piece of work at a time, in the order in which it was asked for. The next begins before whoever waits for the last
 * one hears of it: he may well have so much to do then that the next would wait for it.
 */
export type TakeTurn = <T>(begin: () => Promise<T>) => Promise<T>

export function createTurns(): TakeTurn {
  const waiting: (() => void)[] = []
  let isTaken = false
  const pass = (): void => {
    const next = waiting.shift()
    if (next === undefined) isTaken = false
    else next()
  }
  return (begin) => new Promise((resolve, reject) => {
    const take = (): void => {
      begin().then((result) => {
        pass()
        resolve(result)
      }, (error: unknown) => {
        pass()
        reject(error as Error)
      })
    }
    if (isTaken) waiting.push(take)
    else {
      isTaken = true
      take()
    }
  })
}
