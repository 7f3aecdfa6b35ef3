/** Whom `audit watch` asks beside the log: validators at given addresses, or those of the data folder, running or stopped. */
import { askWitness } from '../../audit/monitor/ask-witness.js'
import { originOf } from '../../audit/notes/checkpoint.js'
import { openWitnessMemory } from '../../audit/witness/memory.js'
import { layoutOf } from '../data-folder/layout.js'
import { readFolderState } from '../shared/running.js'
import type { LogSource } from './log-source.js'

export type KnownWitness = {
  /** Of the validator, or its address. */
  readonly name: string
  /** The newest checkpoint it cosigned, undefined where there is none. Throws Error with a sentence where it cannot say. */
  ask(): Promise<Uint8Array | undefined>
}

/** Made anew for each look: a mesh that starts again has other ports. */
export async function knownWitnesses({ folder, genesis }: LogSource, addresses: readonly string[] | undefined): Promise<readonly KnownWitness[]> {
  const origin = originOf(genesis.chainId)
  if (addresses !== undefined) return addresses.map((url) => ({ name: url, ask: () => askWitness(url, origin) }))
  if (folder === undefined) return []
  const layout = layoutOf(folder)
  const state = await readFolderState(layout)
  return genesis.validators.map(({ name }) => {
    const url = state.kind === 'running' ? state.running.roles[name] : undefined
    return { name, ask: async () => (url === undefined ? openWitnessMemory(layout.witness(name)).read().checkpoint : askWitness(url, origin)) }
  })
}
