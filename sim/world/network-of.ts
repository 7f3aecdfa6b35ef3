/** The network that a world simulates: genesis, first state and transactions, made once for each size and kept. */
import { bytesToHex, utf8ToBytes } from '../../domain/bytes.js'
import { createGenesis, DEFAULT_LIMITS, validatorSetOf, type Genesis, type ValidatorSet } from '../../domain/genesis.js'
import { asAnomalyId, asMillis } from '../../domain/ids.js'
import { encodeAnomaly } from '../../domain/message/anomaly.js'
import { signAnomaly } from '../../domain/message/sign-anomaly.js'
import { createTransaction, type Transaction } from '../../domain/transaction.js'
import { genesisRoot, type GenesisRoot } from '../../consensus/node/recover.js'
import { realSigner, signerOf, type SignatureMode } from './signatures.js'

/** Where virtual time begins, and the time that every transaction names. */
export const START_SECONDS = 1_760_595_055
export const START = asMillis(START_SECONDS * 1000)

export type Network = { readonly genesis: Genesis; readonly set: ValidatorSet; readonly root: GenesisRoot }

const networks = new Map<number, Network>()

const keyOf = (name: string) => ({ name, publicKey: bytesToHex(realSigner(name).publicKey) })

/** Validators v0, v1, ...: for five of them this is the network of the unit tests, chain id and all. */
export function networkOf(n: number): Network {
  const known = networks.get(n)
  if (known !== undefined) return known
  const genesis = createGenesis({
    format: 1, network: 'test', createdAt: '2025-10-16T00:00:00Z', epoch: 0,
    validators: Array.from({ length: n }, (_, i) => keyOf(`v${i}`)),
    producers: [{ ...keyOf('p0'), schemes: ['v1', 'v2'] }, { ...keyOf('p1'), schemes: ['v2'] }],
    recorders: [keyOf('r0')],
    limits: DEFAULT_LIMITS,
  })
  const network: Network = { genesis, set: validatorSetOf(genesis), root: genesisRoot(genesis) }
  networks.set(n, network)
  return network
}

const transactions = new Map<string, Transaction>()

/**
 * The k-th anomaly: its own id and nonce. Two producers take turns.
 * @param minute of virtual time, which the message names: validators refuse messages of another time
 */
export function transactionOf(k: number, mode: SignatureMode, minute = 0): Transaction {
  const key = `${mode} ${k} ${minute}`
  const known = transactions.get(key)
  if (known !== undefined) return known
  const nonce = new Uint8Array(16)
  new DataView(nonce.buffer).setUint32(12, k)
  const draft = {
    id: asAnomalyId(`00000000-0000-4000-8000-${k.toString(16).padStart(12, '0')}`), type: 'ddos' as const, source: '203.0.113.7', severity: 7, confidence: 0.5,
    tsSeconds: START_SECONDS + 60 * minute, payload: utf8ToBytes(JSON.stringify({ severity: 7, confidence: 0.5, n: k })), modelVersion: 'v1.0.0', nonce,
  }
  const tx = createTransaction('event', encodeAnomaly(signAnomaly(draft, signerOf(k % 2 === 0 ? 'p0' : 'p1', mode))))
  transactions.set(key, tx)
  return tx
}
