/**
 * Gives Node 20 the one language feature that libp2p 3 needs and Node 20 lacks.
 * Must be the first import of every program that loads libp2p: without it the node dies at start with
 * "Promise.withResolvers is not a function".
 */
type Resolvers<T> = { promise: Promise<T>; resolve: (value: T | PromiseLike<T>) => void; reject: (reason?: unknown) => void }
type PromiseStatics = { withResolvers?: <T>() => Resolvers<T> }

const statics = Promise as unknown as PromiseStatics
if (typeof statics.withResolvers !== 'function') {
  statics.withResolvers = function withResolvers<T>(): Resolvers<T> {
    let resolve!: Resolvers<T>['resolve']
    let reject!: Resolvers<T>['reject']
    const promise = new Promise<T>((onValue, onError) => {
      resolve = onValue
      reject = onError
    })
    return { promise, resolve, reject }
  }
}

export {}
