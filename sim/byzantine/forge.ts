/** A validator that shows certificates which are none: too few signers, one twice, strangers, other views, epochs, chains. */
import type { QuorumCertificate, TimeoutCertificate } from '../../domain/certificate.js'
import { asEpoch, asHeight, asView } from '../../domain/ids.js'
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { Random } from '../kernel/random.js'
import { lieWith, signTimeoutAs, type Liar } from './liar.js'

export const forgeCertificates: Liar = (node, world, random) => {
  lieWith(node, (effects, event) => {
    if (event.type !== 'message' || !random.chance(30)) return effects
    const qc = certificateIn(event.message)
    if (qc === undefined || qc.signatures.length === 0) return effects
    const forged = forgeQc(qc, world.set.quorum, world.n, random)
    const info: PeerMessage = { type: 'sync-info', info: { highQc: forged, highTc: undefined, committedHeight: asHeight(0) } }
    const view = asView(forged.data.view + 1)
    const timeout: PeerMessage = {
      type: 'timeout',
      timeout: signTimeoutAs(node, world, { epoch: world.set.epoch, view, highQcView: forged.data.view, highQc: forged, lastTc: undefined }),
    }
    const tc: PeerMessage = { type: 'timeout-certificate', tc: forgeTc(forged, qc, random) }
    return [...effects, { type: 'broadcast', message: random.pick([info, timeout, tc]) }]
  })
}

function certificateIn(message: PeerMessage): QuorumCertificate | undefined {
  switch (message.type) {
    case 'proposal': return message.proposal.block.justify
    case 'timeout': return message.timeout.highQc
    case 'timeout-certificate': return message.tc.highQc
    case 'sync-info': return message.info.highQc
    default: return undefined
  }
}

function forgeQc(qc: QuorumCertificate, quorum: number, n: number, random: Random): QuorumCertificate {
  const { data, signatures } = qc
  const [first] = signatures
  if (first === undefined) return qc
  switch (random.below(7)) {
    case 0: return { data, signatures: signatures.slice(0, quorum - 1) }
    case 1: return { data, signatures: signatures.map(() => first) }
    case 2: return { data, signatures: signatures.map((entry, i) => (i === 0 ? { ...entry, index: n + 1 } : entry)) }
    case 3: return { data: { ...data, epoch: asEpoch(data.epoch + 1) }, signatures }
    case 4: return { data: { ...data, view: asView(data.view + 1) }, signatures }
    case 5: return { data: { ...data, height: asHeight(data.height + 1) }, signatures }
    default: return { data: { ...data, commit: data.commit === undefined ? { hash: data.blockHash, height: data.height } : undefined }, signatures }
  }
}

/** Votes passed off as timeouts, or a certificate that names less than its signers. */
function forgeTc(forged: QuorumCertificate, qc: QuorumCertificate, random: Random): TimeoutCertificate {
  const view = asView(qc.data.view + 1 + random.below(3))
  return { epoch: qc.data.epoch, view, highQc: random.pick([forged, qc]), signatures: qc.signatures.map((entry) => ({ ...entry, highQcView: qc.data.view })) }
}
