/** Who signed: the validators whose signatures a certificate holds, by their places in the validator set. */
import { decodeQc } from '../domain/certificate.js'
import type { BlockView, ValidatorView } from '../projections/index.js'
import type { ApiContext } from './context.js'

/** Of the block's own certificate. Empty where the API does not know the validator set. */
export async function signersOf({ certificate }: Pick<BlockView, 'certificate'>, context: ApiContext): Promise<ValidatorView[]> {
  const { validatorSet } = context.sources
  if (validatorSet === undefined) return []
  const { signatures } = decodeQc(Buffer.from(certificate, 'base64'))
  return validatorsOf(signatures.flatMap(({ index }) => validatorSet[index] ?? []), context)
}

/** In the order given; those that the read model does not know are left out. */
export async function validatorsOf(ids: readonly string[], context: ApiContext): Promise<ValidatorView[]> {
  if (ids.length === 0) return []
  const validators = await context.validators()
  return ids.flatMap((id) => validators.get(id) ?? [])
}
