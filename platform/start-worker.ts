/** Starts a module in a thread of its own, from what is built as from the sources. */
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

/**
 * @param beside `import.meta.url` of the caller
 * @param module path of the module from there, without extension
 * @param data what the thread finds as `workerData`
 */
export function startWorker(beside: string, module: string, data?: unknown): Worker {
  const script = new URL(`${module}${extname(fileURLToPath(beside))}`, beside)
  if (script.pathname.endsWith('.js')) return new Worker(script, { workerData: data })
  // From the sources a thread must first learn TypeScript, which it does not inherit.
  const loader = import.meta.resolve('tsx/esm/api')
  return new Worker(`void import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(script.href)}) })`, { eval: true, workerData: data })
}
