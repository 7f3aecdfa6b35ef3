/** Opens a data folder: a new one gets keys, a genesis and a marker; an old one must be of this format and chain. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { z } from 'zod'
import type { Genesis } from '../../domain/genesis.js'
import { loadGenesis, readJson } from '../config/load.js'
import { UserError } from '../shared/user-error.js'
import { writeJson } from '../shared/write-atomic.js'
import { createNetwork, type NetworkSize } from './create-network.js'
import { detectorKey, layoutOf, type Layout } from './layout.js'

const FORMAT = 1
const markerSchema = z.object({ format: z.number(), chainId: z.string() })

export type DataFolder = { readonly layout: Layout; readonly genesis: Genesis; readonly isNew: boolean }

/** How many of each a new network gets; undefined: 5 and 1, and whatever an old one has. */
export type AskedSize = { readonly [size in keyof NetworkSize]: NetworkSize[size] | undefined }

export function openOrCreate(folder: string, { validators, detectors }: AskedSize): DataFolder {
  const layout = layoutOf(folder)
  if (existsSync(layout.marker)) {
    const { genesis } = openExisting(folder)
    if (validators !== undefined && genesis.validators.length !== validators) {
      throw new UserError('OTHER_NETWORK', `${folder} holds a network of ${genesis.validators.length} validators, not ${validators}; leave out --validators or choose another folder with --data`)
    }
    const keys = detectorsOf(layout)
    if (detectors !== undefined && detectors > keys) {
      throw new UserError('OTHER_NETWORK', `${folder} holds a network with ${keys} detector key${keys === 1 ? '' : 's'}, fewer than --detectors ${detectors}; ask for at most ${keys} or choose another folder with --data`)
    }
    return { layout, genesis, isNew: false }
  }
  makeFolder(folder)
  // A first start that was killed before its marker was written left only things that nobody has used yet.
  const foreign = readdirSync(folder).filter((name) => !OWN_NAMES.test(name))
  if (foreign.length > 0) throw new UserError('NOT_EMPTY', `${folder} is not a CyberMesh folder and holds ${foreign[0]}; choose an empty folder with --data`)
  const genesis = createNetwork(layout, { validators: validators ?? 5, detectors: detectors ?? 1 })
  writeJson(layout.marker, { format: FORMAT, chainId: genesis.chainId })
  return { layout, genesis, isNew: true }
}

/** Detectors that the folder has keys for. */
export function detectorsOf(layout: Layout): number {
  let count = 0
  while (existsSync(layout.key(detectorKey(count)))) count += 1
  return count
}

const OWN_NAMES = /^(keys|genesis\.json|cybermesh\.json\.new|run|up\.lock|validator-\d+)$/

/** Opens a folder that must exist. */
export function openExisting(folder: string): DataFolder {
  const layout = layoutOf(folder)
  if (!existsSync(layout.marker)) throw new UserError('NO_DATA', `there is no CyberMesh data in ${folder}; start it with \`cybermesh up --data ${folder}\` or name another folder with --data`)
  const marker = markerSchema.safeParse(readJson(layout.marker, 'marker'))
  if (!marker.success) throw new UserError('BAD_MARKER', `${layout.marker} is damaged; restore it from a copy, or choose another folder with --data`)
  if (marker.data.format !== FORMAT) {
    throw new UserError('OTHER_VERSION', `${folder} was written by another version of CyberMesh (format ${marker.data.format}, this one reads ${FORMAT}); use that version or choose another folder with --data`)
  }
  const genesis = loadGenesis(layout.genesis)
  if (genesis.chainId !== marker.data.chainId) {
    throw new UserError('OTHER_CHAIN', `${layout.genesis} belongs to chain ${genesis.chainId.slice(0, 12)}, the data to chain ${marker.data.chainId.slice(0, 12)}; put the right genesis file back or choose another folder with --data`)
  }
  return { layout, genesis, isNew: false }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new UserError('NO_FOLDER', `the data folder ${folder} cannot be made (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}); choose another with --data`)
  }
}
