/**
 * The genesis file: who votes, who may publish anomalies, who may change the rules, who may judge what was detected, who
 * speaks for the network, and the limits all agree on.
 * Everything a stranger needs to check a proof starts here, so the chain id is the hash of the whole file.
 */
import { z } from 'zod'
import { bytesToHex, hexToBytes } from './bytes.js'
import { canonicalJsonBytes, type Json } from './canonical-json.js'
import { sha256Hex, taggedHash } from './hash.js'
import { asHex32, type ChainId, type Epoch, type ProducerId, type ValidatorId } from './ids.js'
import { quorumSize } from './quorum.js'

const hex32 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits')
const name = z.string().min(1).max(64)

export const limitsSchema = z.strictObject({
  /** Largest anomaly payload, bytes. */
  payloadBytes: z.int().min(1).max(512 * 1024),
  /** Largest Kafka message, bytes. */
  messageBytes: z.int().min(1).max(1024 * 1024),
  /** |message time - reference time| at admission and in a block, milliseconds. */
  skewMs: z.int().min(1000),
  blockTxs: z.int().min(1).max(500),
  blockBytes: z.int().min(64 * 1024).max(4 * 1024 * 1024),
})

const genesisBody = z.strictObject({
  format: z.literal(1),
  network: name,
  createdAt: z.iso.datetime(),
  epoch: z.literal(0),
  /** Optional and only ever stricter than the rule: a value below ceil((n+f+1)/2) is refused. */
  quorum: z.int().optional(),
  validators: z.array(z.strictObject({ name, publicKey: hex32 })).min(1).max(100),
  producers: z.array(z.strictObject({ name, publicKey: hex32, schemes: z.array(z.enum(['v1', 'v2'])).min(1) })),
  /** Non-voting nodes that follow the chain; `control` ones sign the control topics. */
  recorders: z.array(z.strictObject({ name, publicKey: hex32 })),
  /** Who may sign policies. Absent where nobody may; without `schemes` only the one that covers the whole message. */
  policyAuthorities: z.array(z.strictObject({ name, publicKey: hex32, schemes: z.array(z.enum(['v1', 'v2'])).min(1).optional() })).max(100).optional(),
  /** Who may say whether a detection was true. Absent where nobody may. */
  analysts: z.array(z.strictObject({ name, publicKey: hex32 })).max(1000).optional(),
  limits: limitsSchema,
})

export const genesisSchema = genesisBody.extend({ chainId: hex32 })

export type GenesisBody = z.infer<typeof genesisBody>
export type Genesis = z.infer<typeof genesisSchema>
export type Limits = z.infer<typeof limitsSchema>

export const DEFAULT_LIMITS: Limits = {
  payloadBytes: 256 * 1024,
  messageBytes: 1024 * 1024,
  skewMs: 5 * 60 * 1000,
  blockTxs: 500,
  blockBytes: 1024 * 1024,
}

export class GenesisError extends Error {
  readonly code = 'GENESIS'
  constructor(readonly field: string, reason: string) {
    super(`genesis ${field}: ${reason}`)
    this.name = 'GenesisError'
  }
}

export function chainIdOf(body: GenesisBody): ChainId {
  return taggedHash('cybermesh/genesis/v1', canonicalJsonBytes(body as unknown as Json)) as ChainId
}

/** Checks a genesis body and gives it its chain id. Throws GenesisError naming the field. */
export function createGenesis(body: GenesisBody): Genesis {
  return parseGenesis({ ...body, chainId: chainIdOf(body) })
}

/** Parses untrusted JSON. Throws GenesisError naming the field that is wrong. */
export function parseGenesis(json: unknown): Genesis {
  const parsed = genesisSchema.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new GenesisError(issue?.path.join('.') || 'file', issue?.message ?? 'not a genesis file')
  }
  const { chainId, ...body } = parsed.data
  if (chainIdOf(body) !== chainId) throw new GenesisError('chainId', 'does not match the content; the file was changed')
  refuseDuplicates(body)
  const least = quorumSize(body.validators.length)
  if (body.quorum !== undefined && (body.quorum < least || body.quorum > body.validators.length)) {
    throw new GenesisError('quorum', `${body.quorum} of ${body.validators.length} is unsafe: at least ${least} signatures are needed, or two quorums may share only a liar`)
  }
  return parsed.data
}

/** One name a list, one key in the whole file: a key with two roles would sign for both. */
function refuseDuplicates({ validators, producers, recorders, policyAuthorities = [], analysts = [] }: GenesisBody): void {
  const keys = new Set<string>()
  for (const [field, entries] of Object.entries({ validators, producers, recorders, policyAuthorities, analysts })) {
    const names = new Set<string>()
    for (const { publicKey, name: entryName } of entries) {
      if (keys.has(publicKey)) throw new GenesisError(field, `the key of ${entryName} appears twice`)
      if (names.has(entryName)) throw new GenesisError(field, `${entryName} appears twice`)
      keys.add(publicKey)
      names.add(entryName)
    }
  }
}

/** SHA-256 of the raw public key: the validator id of the original's wire. */
export const validatorIdOf = (publicKey: Uint8Array): ValidatorId => sha256Hex(publicKey) as ValidatorId

export type Validator = { readonly index: number; readonly id: ValidatorId; readonly name: string; readonly publicKey: Uint8Array }

/** The set that votes in one epoch; `index` is the position in the genesis list and in certificate bitmaps. */
export type ValidatorSet = {
  readonly chainId: ChainId
  readonly epoch: Epoch
  readonly quorum: number
  readonly validators: readonly Validator[]
  byId(id: ValidatorId): Validator | undefined
}

export function validatorSetOf(genesis: Genesis): ValidatorSet {
  const validators = genesis.validators.map((entry, index): Validator => {
    const publicKey = hexToBytes(entry.publicKey)
    return { index, id: validatorIdOf(publicKey), name: entry.name, publicKey }
  })
  const byId = new Map(validators.map((validator) => [validator.id, validator]))
  return {
    chainId: asHex32<ChainId>(genesis.chainId),
    epoch: genesis.epoch as Epoch,
    quorum: genesis.quorum ?? quorumSize(validators.length),
    validators,
    byId: (id) => byId.get(id),
  }
}

export type Producer = { readonly name: string; readonly id: ProducerId; readonly publicKey: Uint8Array; readonly schemes: readonly ('v1' | 'v2')[] }

export function producersOf(genesis: Genesis): ReadonlyMap<ProducerId, Producer> {
  return new Map(genesis.producers.map((entry) => {
    const publicKey = hexToBytes(entry.publicKey)
    const id = bytesToHex(publicKey) as ProducerId
    return [id, { name: entry.name, id, publicKey, schemes: entry.schemes }]
  }))
}

export type PolicyAuthority = { readonly name: string; readonly publicKey: Uint8Array; readonly schemes: readonly ('v1' | 'v2')[] }

/** By public key, lowercase hex. */
export function policyAuthoritiesOf({ policyAuthorities = [] }: Genesis): ReadonlyMap<string, PolicyAuthority> {
  return new Map(policyAuthorities.map(({ name: authority, publicKey, schemes = ['v2'] }) => [publicKey, { name: authority, publicKey: hexToBytes(publicKey), schemes }]))
}
