/** Ports are chosen before the roles that listen on them run: somebody may take one in between, such as a second `up`. */
import { existsSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startUp, temporaryFolder, until } from '../support/mesh.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())

test('an API port that was free when it was chosen and is taken before the API listens is changed for another', async () => {
  const data = join(folder.path, 'mesh')
  const config = join(data, 'run', 'api.json')
  const portOf = (): number => (JSON.parse(readFileSync(config, 'utf8')) as { port: number }).port
  const up = startUp(data, '--rate', '5')
  // The roles have not even loaded their code at this moment.
  await until('the port is chosen', () => existsSync(config), 60_000)
  const taken = portOf()
  const other = createServer().listen(taken, '127.0.0.1')
  await once(other, 'listening')
  const { api } = await up.ready()
  expect(up.told()).toContain(`port ${taken} on 127.0.0.1 is taken by another program: choosing other ports`)
  expect(portOf()).not.toBe(taken)
  expect(api).toBe(`http://127.0.0.1:${portOf()}`)
  expect((await fetch(`${api}/status`)).status).toBe(200)
  const { inFlight, stateRoots, viewChanges } = await up.interrupt()
  expect({ inFlight, viewChanges, states: new Set(stateRoots).size }).toEqual({ inFlight: 0, viewChanges: 0, states: 1 })
  other.close()
})
