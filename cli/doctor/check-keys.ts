/** Are the private keys here, closed to others, and the ones that the genesis names? */
import { existsSync, statSync } from 'node:fs'
import { bytesToHex } from '../../domain/bytes.js'
import { readKeyFile } from '../../platform/crypto/key-file.js'
import type { DataFolder } from '../data-folder/open.js'
import { sentenceOf } from '../shared/user-error.js'
import { count, fail, listed, ok, warn, type Finding } from './finding.js'

export function checkKeys({ layout, genesis }: DataFolder): Finding[] {
  const faults: string[] = []
  const absent: string[] = []
  // Producers may live elsewhere; validators and recorders of a data folder live in it.
  const own = [...genesis.validators, ...genesis.recorders]
  const producers = genesis.producers.filter(({ name }) => existsSync(layout.key(name)) || !absent.push(name))
  for (const { name, publicKey } of [...own, ...producers]) {
    try {
      const found = bytesToHex(readKeyFile(layout.key(name)).publicKey)
      if (found !== publicKey) faults.push(`${layout.key(name)} is not the key that the genesis names for ${name}; put the right file back`)
    } catch (error) {
      faults.push(sentenceOf(error))
    }
  }
  const checked = own.length + producers.length
  return [
    faults.length > 0 ? fail('keys', listed(faults)) : ok('keys', `${count(checked, 'key')} match the genesis and are readable by their owner alone`),
    ...(absent.length > 0 ? [warn('producer keys', `the key of ${listed(absent)} is not in ${layout.keys}; that is right if it publishes from another machine`)] : []),
    ...openToOthers([layout.keys, layout.sqlUrl]),
  ]
}

function openToOthers(paths: readonly string[]): Finding[] {
  if (process.platform === 'win32') return []
  return paths.filter((path) => existsSync(path) && (statSync(path).mode & 0o077) !== 0)
    .map((path) => warn('secrets', `others can reach ${path}; run: chmod go-rwx ${path}`))
}
