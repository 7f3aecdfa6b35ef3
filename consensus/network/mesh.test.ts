import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { seedOf } from '../node/testing/local-network.js'
import { startMesh } from './mesh.js'

test('a port that another program has is refused by name', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  await expect(startMesh({ seed: seedOf('v0'), listen: `/ip4/127.0.0.1/tcp/${port}`, peers: [] })).rejects.toMatchObject({
    code: 'PORT_IN_USE', field: 'listen', message: `listen: /ip4/127.0.0.1/tcp/${port} is in use; stop the program that holds it or choose another port`,
  })
  other.close()
})
