import { describe, expect, it } from 'vitest'
import { createBlock, headerHash, type Block } from '../../domain/block.js'
import { asHeight, asView } from '../../domain/ids.js'
import { genesisBlock } from '../../domain/block.js'
import { genesisState } from '../../domain/execution/execute.js'
import { recorderContext } from './context.js'
import type { CertifiedBlock } from './ports.js'
import { createTestChain } from './testing/chain.js'
import { createTestNetwork } from './testing/network.js'
import { verifyCertifiedBlock } from './verify-certified-block.js'

const network = createTestNetwork()
const context = recorderContext(network.genesis, network.verify)
const chain = createTestChain(network)
const root = genesisBlock(network.set.chainId, genesisState(network.genesis).stateRoot)
const first = chain.add([network.message(), network.message()])
const second = chain.add([network.message()])
// A gap in the views: the third commits nothing, the fourth commits the third and with it the second.
const third = chain.add([], { skipViews: 2 })
chain.add([])
const [one, two] = chain.committed() as [CertifiedBlock, CertifiedBlock]
const expectedFirst = { height: asHeight(1), parentHash: root.hash }
const check = (item: CertifiedBlock, expected = expectedFirst) => verifyCertifiedBlock(item, expected, context)
const withBlock = (block: Block): CertifiedBlock => ({ ...one, block })

describe('a certified block', () => {
  it('is taken when all of it is right, also when a descendant commits it', () => {
    expect(check(one)).toEqual({ ok: true })
    expect(two.headers.map((header) => header.height)).toEqual([3])
    expect(check(two, { height: asHeight(2), parentHash: first.hash })).toEqual({ ok: true })
  })

  it('is refused out of turn or on another parent', () => {
    expect(check(two)).toEqual({ ok: false, fault: 'wrong-height' })
    expect(check(one, { height: asHeight(1), parentHash: second.hash })).toEqual({ ok: false, fault: 'wrong-parent' })
  })

  it('is refused when it belongs to another network', () => {
    const header = { ...first.header, chainId: root.hash as string as typeof first.header.chainId }
    expect(check(withBlock({ ...first, header, hash: headerHash(header) }))).toEqual({ ok: false, fault: 'wrong-chain' })
  })

  it('is refused when header, transactions or receipts are not those of the certificate', () => {
    expect(check(withBlock({ ...first, header: { ...first.header, timestamp: (first.header.timestamp + 1) as never } }))).toEqual({ ok: false, fault: 'wrong-hash' })
    expect(check(withBlock({ ...first, transactions: [...first.transactions].reverse() }))).toEqual({ ok: false, fault: 'wrong-transactions' })
    expect(check({ ...one, receipts: one.receipts.map((receipt) => ({ txId: receipt.txId, status: 'failed', code: 'REPLAY' as const })) })).toEqual({ ok: false, fault: 'wrong-receipts' })
    expect(check({ ...one, receipts: one.receipts.slice(1) })).toEqual({ ok: false, fault: 'wrong-receipts' })
    const { header, justify, transactions } = first
    const other = createBlock({ ...header, justify, transactions, stateRoot: root.header.txRoot as never })
    expect(check(withBlock(other))).toEqual({ ok: false, fault: 'bad-certificate' })
  })

  it('is refused with too few, foreign or forged signatures', () => {
    const { certificate } = one
    const cut = { ...certificate, signatures: certificate.signatures.slice(0, 3) }
    const twice = { ...certificate, signatures: [...certificate.signatures.slice(0, 3), certificate.signatures[0] as never] }
    const forged = { ...certificate, signatures: certificate.signatures.map((entry, i) => (i === 2 ? { ...entry, signature: new Uint8Array(64) } : entry)) }
    for (const bad of [cut, twice, forged]) expect(check({ ...one, certificate: bad })).toEqual({ ok: false, fault: 'bad-certificate' })
    expect(check({ ...one, commitCertificate: { ...one.commitCertificate, signatures: [] } })).toEqual({ ok: false, fault: 'bad-commit-certificate' })
  })

  it('is refused when the commit certificate does not reach it', () => {
    expect(check({ ...one, commitCertificate: one.certificate })).toEqual({ ok: false, fault: 'not-committed' })
    expect(check({ ...one, commitCertificate: two.commitCertificate, headers: [second.header] })).toEqual({ ok: false, fault: 'not-committed' })
    expect(check({ ...one, commitCertificate: two.commitCertificate, headers: [second.header, third.header] })).toEqual({ ok: true })
    expect(check({ ...one, commitCertificate: two.commitCertificate, headers: [third.header] })).toEqual({ ok: false, fault: 'not-committed' })
  })

  it('is refused with a justify that is not the parent\'s certificate', () => {
    const { header, transactions } = second
    const wrong = createBlock({ ...header, transactions, justify: root.justify })
    expect(check({ ...two, block: wrong }, { height: asHeight(2), parentHash: first.hash })).toEqual({ ok: false, fault: 'bad-justify' })
    const view = asView(2)
    const unsigned = createBlock({ ...header, view, transactions, justify: { ...one.certificate, signatures: one.certificate.signatures.slice(1) } })
    expect(check({ ...two, block: unsigned }, { height: asHeight(2), parentHash: first.hash })).toEqual({ ok: false, fault: 'bad-justify' })
  })
})
