/** The one thing a stranger has to trust: who votes, who may publish, who keeps the log. Its hash is the chain id. */
import { bytesOfHex, concat, hexOf, tag, textOf, utf8 } from './bytes.js'
import { canonicalOf, type Json } from './canonical.js'
import { demand, refuse } from './fault.js'
import type { Primitives } from './primitives.js'

export type Member = { readonly name: string; readonly publicKey: string }

export type Network = {
  readonly name: string
  readonly chainId: string
  /** Signatures that a certificate needs. */
  readonly quorum: number
  /** Cosignatures that a checkpoint needs: two sets of so many share an honest validator. */
  readonly witnesses: number
  /** In the order that certificates number them by. */
  readonly validators: readonly Member[]
  readonly recorders: readonly Member[]
  readonly producers: readonly Member[]
}

const MAX_BYTES = 4 * 1024 * 1024
const MAX_VALIDATORS = 100

/** Throws VerifyFault for `genesis`. */
export function readGenesis(file: Uint8Array, primitives: Primitives): Network {
  demand(file.length <= MAX_BYTES, 'genesis', `${file.length} bytes, at most ${MAX_BYTES} are read`)
  const { chainId, ...body } = parse(textOf(file, 'genesis', 'the file'))
  demand(typeof chainId === 'string' && /^[0-9a-f]{64}$/.test(chainId), 'genesis', 'has no chain id; is this the genesis file?')
  const hash = hexOf(primitives.sha256(concat(tag('cybermesh/genesis/v1'), utf8(canonicalOf(body)))))
  demand(hash === chainId, 'genesis', `its chain id is ${chainId} but its content gives ${hash}: the file was changed`)
  demand(body['epoch'] === 0, 'genesis', 'the epoch must be 0')
  const validators = membersIn(body, 'validators')
  demand(validators.length >= 1 && validators.length <= MAX_VALIDATORS, 'genesis', `${validators.length} validators`)
  return {
    name: String(body['network']), chainId, validators, quorum: quorumOf(validators.length, body['quorum']), witnesses: quorumOf(validators.length, undefined),
    recorders: membersIn(body, 'recorders'), producers: membersIn(body, 'producers'),
  }
}

function parse(text: string): Record<string, Json> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('genesis', 'the file is not JSON')
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, Json> : refuse('genesis', 'the file is not an object')
}

function membersIn(body: Record<string, Json>, list: string): readonly Member[] {
  const entries = body[list]
  if (!Array.isArray(entries)) return refuse('genesis', `${list} must be a list`)
  const members = (entries as readonly Json[]).map((entry): Member => {
    const { name, publicKey } = (entry ?? {}) as { readonly name?: unknown; readonly publicKey?: unknown }
    if (typeof name !== 'string' || typeof publicKey !== 'string') return refuse('genesis', `an entry of ${list} has no name or no key`)
    bytesOfHex(publicKey, 32, 'genesis', `the key of ${name}`)
    return { name, publicKey }
  })
  demand(new Set(members.map(({ publicKey }) => publicKey)).size === members.length, 'genesis', `${list} names one key twice`)
  return members
}

/**
 * Of n validators f = floor((n-1)/3) may lie; two quorums of ceil((n+f+1)/2) share an honest one. Genesis may ask for
 * more signatures and never for fewer.
 */
function quorumOf(n: number, configured: Json | undefined): number {
  const least = Math.ceil((n + Math.floor((n - 1) / 3) + 1) / 2)
  if (configured === undefined) return least
  if (typeof configured !== 'number' || !Number.isInteger(configured) || configured < least || configured > n) return refuse('genesis', `a quorum of ${String(configured)} of ${n} is unsafe, at least ${least} are needed`)
  return configured
}
