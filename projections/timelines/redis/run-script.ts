/** Runs Lua by its hash; a server that does not know it (restarted, flushed, another node) is sent the text once. */
import { createHash } from 'node:crypto'
import { redisErrorFrom } from './errors.js'
import type { Connection } from './connect.js'

export type Script = { readonly text: string; readonly sha: string }

export const script = (text: string): Script => ({ text, sha: createHash('sha1').update(text).digest('hex') })

export type Argument = string | number | Buffer

/** @param key names the hash slot */
export const runScript = <T>(connection: Connection, { text, sha }: Script, key: string, args: readonly Argument[]): Promise<T> =>
  attempt(connection, (name, body) => connection.client.call(name, [body, 1, key, ...args]), text, sha) as Promise<T>

/** The same with replies as bytes. */
export const runBinaryScript = <T>(connection: Connection, { text, sha }: Script, key: string, args: readonly Argument[]): Promise<T> =>
  attempt(connection, (name, body) => connection.client.callBuffer(name, [body, 1, key, ...args]), text, sha) as Promise<T>

async function attempt({ where }: Connection, call: (name: string, body: string) => Promise<unknown>, text: string, sha: string): Promise<unknown> {
  try {
    return await call('EVALSHA', sha)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw redisErrorFrom(error, where)
  }
  try {
    return await call('EVAL', text)
  } catch (error) {
    throw redisErrorFrom(error, where)
  }
}
