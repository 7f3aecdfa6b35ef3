/** A validator's witness behind the operations server that it has in a real run. */
import { join } from 'node:path'
import { openWitnessMemory } from '../../../audit/witness/memory.js'
import { createWitness, type Witness } from '../../../audit/witness/witness.js'
import { bytesToHex } from '../../../domain/bytes.js'
import { witnessRoutes } from '../../../cli/roles/witness.js'
import { startOpsServer } from '../../../cli/shared/ops-server.js'
import { verifySignature } from '../../../platform/crypto/ed25519.js'
import { genesis, type Member } from './members.js'

export type WitnessServer = { readonly identity: string; readonly url: string; readonly witness: Witness; readonly alarms: string[]; close(): Promise<void> }

/** The clock stands ten seconds further at each look, so that no rate limit is in the way. */
export function openTestWitness(member: Member, folder: string, alarms: string[] = []): Witness {
  let clock = 1_700_000_000_000
  return createWitness({
    genesis, identity: member.signer, identitySeed: member.seed, memory: openWitnessMemory(join(folder, `${member.name}.json`)), verify: verifySignature,
    now: () => (clock += 10_000), onAlarm: (sentence) => alarms.push(sentence),
  })
}

export async function startWitness(member: Member, folder: string, port = 0): Promise<WitnessServer> {
  const alarms: string[] = []
  const witness = openTestWitness(member, folder, alarms)
  const server = await startOpsServer({ host: '127.0.0.1', port, status: () => ({}), routes: witnessRoutes(witness) })
  return { identity: bytesToHex(member.signer.publicKey), url: server.url, witness, alarms, close: () => server.close() }
}
