/** The models that ship with the program, signed by a key that was made for them and thrown away. */
import { join } from 'node:path'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { packageFile } from '../../platform/package-root.js'
import { ModelFolderError } from './errors.js'
import { openModelFolder, type LoadedModel } from './model-folder.js'
import { PUBLISHER } from './publisher.js'

export const SHIPPED_MODELS = ['anomaly-flow', 'botnet-flow', 'ddos-flow'] as const

export const shippedFolder = (name: string): string => packageFile(join('detector', 'models', 'shipped', name))

/** Throws ModelFolderError for a name that does not ship, and for a folder that is not what was shipped. */
export function openShipped(name: string): LoadedModel {
  if (!(SHIPPED_MODELS as readonly string[]).includes(name)) {
    throw new ModelFolderError('UNKNOWN_MODEL', name, 'name', `does not ship; known are ${SHIPPED_MODELS.join(', ')}; name a folder of your own with its path, like ./${name}`)
  }
  return openModelFolder(shippedFolder(name), createVerifier(), PUBLISHER)
}

export const openAllShipped = (): readonly LoadedModel[] => SHIPPED_MODELS.map(openShipped)
