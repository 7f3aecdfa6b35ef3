import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalNetwork, freshTx, until, type LocalNetwork, type RunningValidator } from './testing/local-network.js'

const N = 4
const STALE = 2
let network: LocalNetwork
let running: RunningValidator[] = []
const record = (): string => join(network.folderOf(STALE), 'safety.record')
const commitAmong = async (validators: readonly RunningValidator[], n: number): Promise<void> => {
  const before = validators.map(({ committed }) => committed.length)
  const tx = freshTx(n)
  for (const validator of validators) validator.submit(tx)
  await until('a commit everywhere', () => validators.every(({ committed }, i) => committed.length > (before[i] as number)))
}

beforeAll(async () => {
  network = await createLocalNetwork(N)
  running = await Promise.all(Array.from({ length: N }, (_, i) => network.start(i)))
  await until('a full mesh', () => running.every(({ node }) => node.status().connectedPeers === N - 1))
})
afterAll(async () => {
  await Promise.all(running.map((validator) => validator.stop()))
  network.remove()
})

test('a validator whose safety record is an older copy stops for good before it signs, and says what to do', async () => {
  await commitAmong(running, 1)
  await running[STALE]?.stop()
  copyFileSync(record(), `${record()}.old`)
  running[STALE] = await network.start(STALE)
  await until('back', () => running[STALE]?.node.status().maySign === true)
  for (let n = 2; n < 6; n++) await commitAmong(running, n)
  await running[STALE]?.stop()

  // The newest record was lost with its disk, the blocks too; yesterday's copy of the record was not.
  copyFileSync(`${record()}.old`, record())
  network.wipeBlocks(STALE)
  const stale = running[STALE] = await network.start(STALE)
  await until('stopped', () => stale.fatal.length > 0)
  expect(stale.fatal).toMatchObject([{ code: 'HALTED', message: expect.stringMatching(/this key .* view \d+, which its safety record does not know of.*retire the key/) as string }])
  expect(stale.node.status()).toMatchObject({ maySign: false, haltReason: (stale.fatal[0] as Error).message })
  const others = running.filter((validator) => validator !== stale)
  await commitAmong(others, 9)
  expect(others.flatMap(({ reports, fatal }) => [...fatal, ...reports.filter(({ kind }) => kind === 'double-vote')])).toEqual([])

  // Later lives ask nobody: the note beside the record is enough until somebody has looked and removed it.
  await stale.stop()
  await expect(network.start(STALE)).rejects.toMatchObject({ code: 'HALTED', message: expect.stringMatching(/stopped for good: this key .*remove .*safety\.record\.halted/) as string })
  running.splice(STALE, 1)
})
