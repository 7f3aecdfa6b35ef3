/** Is the genesis a safe one: who votes, how many may lie, and whether every key in it can be trusted with one role? */
import type { Genesis } from '../../domain/genesis.js'
import { validatorSetOf } from '../../domain/genesis.js'
import { faultTolerance } from '../../domain/quorum.js'
import { faultOfKeys } from '../shared/genesis-keys.js'
import { count, fail, ok, warn, type Finding } from './finding.js'

export function checkGenesis(genesis: Genesis): Finding[] {
  const n = genesis.validators.length
  const { quorum } = validatorSetOf(genesis)
  const f = faultTolerance(n)
  const fault = faultOfKeys(genesis)
  const says = `network ${genesis.network}: a quorum is ${quorum} of ${count(n, 'validator')}`
  return [
    f === 0 ? warn('genesis quorum', `${says} and none of them may be faulty; use at least 4 validators for a network that is to survive one`)
      : ok('genesis quorum', `${says}, ${f} may be faulty`),
    fault === undefined ? ok('genesis keys', `${count(n + genesis.producers.length + genesis.recorders.length, 'key')}, all distinct and of the prime-order group`)
      : fail('genesis keys', `${fault}; make a new network with \`cybermesh genesis init\``),
  ]
}
