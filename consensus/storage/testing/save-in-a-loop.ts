/** Child process of a test: saves records without end and prints each view once its save has returned. Arguments: path, rotateBytes. */
import { writeSync } from 'node:fs'
import { signerOf } from '../../../domain/execution/testing/network.js'
import { asHex32, type ChainId } from '../../../domain/ids.js'
import { openSafetyStore } from '../safety-record/store.js'
import { recordOf } from './records.js'

const [path, rotateBytes] = process.argv.slice(2) as [string, string]
const store = openSafetyStore(path, { chainId: asHex32<ChainId>('ab'.repeat(32)), publicKey: signerOf('v0').publicKey }, { rotateBytes: Number(rotateBytes) })
for (let view = store.record.lastVotedView + 1; ; view++) {
  store.save(recordOf(view))
  writeSync(1, `${view}\n`)
}
