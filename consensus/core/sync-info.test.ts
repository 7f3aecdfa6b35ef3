import { describe, expect, test } from 'vitest'
import { asHeight } from '../../domain/ids.js'
import { blockOn, idOf, proposalOf, qcOf, root, rootQc, tcOf, timeoutOf } from './testing/forge.js'
import { createOneCore, refusalsOf, type OneCore } from './testing/one-core.js'
import type { SyncInfo } from './messages.js'

const b1 = blockOn(root, 1)
const b2 = blockOn(b1, 2)
const info = (changes: Partial<SyncInfo>): SyncInfo => ({ highQc: rootQc, highTc: undefined, committedHeight: asHeight(0), ...changes })
const knowing = (): OneCore => {
  const core = createOneCore(0)
  for (const block of [b1, b2]) core.propose(proposalOf(block))
  expect(core.engine.status()).toMatchObject({ view: 2, highQcView: 1 })
  return core
}
const answers = (effects: ReturnType<OneCore['submit']>) => effects.flatMap((effect) => (effect.type === 'send' && effect.message.type === 'sync-info' ? [[effect.to, effect.message.info.highQc.data.view]] : []))

describe('telling each other', () => {
  test('a peer that connects is told where we stand', () => {
    expect(answers(knowing().submit({ type: 'peer-connected', peer: idOf(3) }))).toEqual([[idOf(3), 1]])
  })

  test('a peer that shows an older certificate is told, one that shows the same is not', () => {
    const core = knowing()
    expect(answers(core.hear({ type: 'sync-info', info: info({}) }, 3))).toEqual([[idOf(3), 1]])
    expect(answers(core.hear({ type: 'sync-info', info: info({ highQc: qcOf(b1) }) }, 3))).toEqual([])
  })

  test('a peer that lacks only our timeout certificate is told too', () => {
    const core = knowing()
    const highTc = tcOf(2, [qcOf(b1), qcOf(b1), rootQc, rootQc])
    core.hear({ type: 'timeout-certificate', tc: highTc }, 1)
    expect(core.engine.status().view).toBe(3)
    expect(answers(core.hear({ type: 'sync-info', info: info({ highQc: qcOf(b1) }) }, 3))).toHaveLength(1)
    expect(answers(core.hear({ type: 'sync-info', info: info({ highQc: qcOf(b1), highTc }) }, 3))).toEqual([])
  })

  test('a timeout in our own view with an older certificate is answered: nobody else will in a quiet network', () => {
    const core = knowing()
    core.hear({ type: 'timeout-certificate', tc: tcOf(1, [rootQc, rootQc, rootQc, rootQc]) }, 1)
    const late = timeoutOf(3, 2, rootQc, tcOf(1, [rootQc, rootQc, rootQc, rootQc]))
    expect(answers(core.hear({ type: 'timeout', timeout: late }, 3))).toEqual([[idOf(3), 1]])
  })

  test('what a peer knows better is taken over at once', () => {
    const core = createOneCore(0)
    core.hear({ type: 'sync-info', info: info({ highQc: qcOf(b2), highTc: tcOf(5, [qcOf(b2), rootQc, rootQc, rootQc]) }) }, 2)
    expect(core.engine.status()).toMatchObject({ view: 6, highQcView: 2 })
  })
})

describe('forged certificates move nothing', () => {
  const forged: readonly [string, SyncInfo][] = [
    ['three signers', info({ highQc: qcOf(b1, [0, 1, 2]) })],
    ['one signer four times', info({ highQc: { ...qcOf(b1), signatures: Array.from({ length: 4 }, () => qcOf(b1).signatures[0] as never) } })],
    ['a signer who is no member', info({ highQc: { ...qcOf(b1), signatures: qcOf(b1).signatures.map((entry, i) => (i === 3 ? { ...entry, index: 9 } : entry)) } })],
    ['signatures over another view', info({ highQc: { ...qcOf(b1), data: { ...qcOf(b1).data, view: 7 as never, parentView: 6 as never } } })],
    ['a genesis certificate that claims a commit', info({ highQc: { data: { ...rootQc.data, commit: { hash: b1.hash, height: asHeight(1) } }, signatures: [] } })],
    ['a timeout certificate that names less than its timeouts', info({ highTc: { ...tcOf(3, [qcOf(b1), rootQc, rootQc, rootQc]), highQc: rootQc } })],
    ['a timeout certificate of a view that its own certificate is not below', info({ highTc: tcOf(1, [qcOf(b1), rootQc, rootQc, rootQc]) })],
    ['timeouts of another view', info({ highTc: { ...tcOf(3, [rootQc, rootQc, rootQc, rootQc]), view: 8 as never } })],
    ['three timeouts', info({ highTc: tcOf(3, [rootQc, rootQc, rootQc]) })],
  ]
  test.each(forged)('%s', (_, sent) => {
    const core = createOneCore(0)
    const effects = core.hear({ type: 'sync-info', info: sent })
    expect(refusalsOf(core)).toEqual(['bad-certificate'])
    expect(effects.every(({ type }) => type === 'report')).toBe(true)
    expect(core.engine.status()).toMatchObject({ view: 1, highQcView: 0 })
  })
})
