/** What a bundle proves, in words. */
import type { Proven } from '../../audit/verifier/index.js'

export function renderProven({ network, chainId, anomaly, producer, block, commit, log }: Proven): string {
  const by = producer.name ?? `${producer.publicKey} (let in by a policy of the chain)`
  return [
    `anomaly ${anomaly.id}: ${anomaly.type} from ${anomaly.source}, severity ${anomaly.severity}, confidence ${anomaly.confidence}, detected at ${anomaly.detectedAt}`,
    `  signed by ${by}${anomaly.scheme === 'v2' ? ', every byte of it' : ': time, nonce and payload (scheme v1)'}`,
    `  accepted by network ${network}, chain ${chainId}`,
    `  transaction ${block.txIndex} of ${block.transactions} in block ${block.height}, ${block.hash}, at ${block.at}`,
    `  final: ${commit.signers.length} of ${commit.validators} validators signed (${commit.signers.join(', ')}), ${commit.quorum} are needed`,
    `  recorded by ${log.recorder} at position ${log.position} of a log of ${log.treeSize} entries, root ${log.root}`,
    `  cosigned by ${log.witnesses.map(({ name, at }) => `${name} at ${at}`).join(', ')}`,
  ].join('\n')
}
