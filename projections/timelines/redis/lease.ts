/** A key that only its holder has, renewed while the holder lives and gone soon after it dies. */
import { randomBytes } from 'node:crypto'
import type { Core } from './core.js'
import { DROP_LEASE, TAKE_LEASE } from './lua/hold.js'
import { runScript, script } from './run-script.js'

const TAKE = script(TAKE_LEASE)
const DROP = script(DROP_LEASE)

export type Lease = { readonly token: string; drop(): Promise<void> }

/** Undefined where somebody else has it. */
export async function keepLease({ connection }: Core, key: string, lastsMs: number): Promise<Lease | undefined> {
  const token = randomBytes(16).toString('hex')
  const take = (): Promise<number> => runScript<number>(connection, TAKE, key, [token, lastsMs])
  if (await take() !== 1) return undefined
  // A renewal that fails is tried again at the next; a lease that is lost shows where it is used.
  const timer = setInterval(() => { take().catch(() => undefined) }, lastsMs / 4)
  timer.unref()
  return {
    token,
    async drop() {
      clearInterval(timer)
      await runScript(connection, DROP, key, [token]).catch(() => undefined)
    },
  }
}
