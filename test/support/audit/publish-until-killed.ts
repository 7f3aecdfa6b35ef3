/** A child program: publishes a log of so many entries, which are the same each time, and says each size that it published. */
import { runAuditPublisher } from '../../../audit/publisher/run-publisher.js'
import type { WitnessAddress } from '../../../audit/publisher/witness-client.js'
import { verifySignature } from '../../../platform/crypto/ed25519.js'
import { arraySource } from './array-source.js'
import { genesis, recorder } from './members.js'

const [folder, entries, witnesses] = process.argv.slice(2)
if (folder === undefined || entries === undefined || witnesses === undefined) throw new Error('usage: publish-until-killed FOLDER ENTRIES WITNESSES')

const source = arraySource()
source.grow(Number(entries))
const publisher = runAuditPublisher({
  source, folder, genesis, identity: recorder.signer, identitySeed: recorder.seed, witnesses: JSON.parse(witnesses) as WitnessAddress[], verify: verifySignature,
  signal: new AbortController().signal, everyMs: 1, onNotice: (sentence) => process.stdout.write(`notice ${sentence}\n`),
})
let before: string | undefined
setInterval(() => {
  const size = publisher.status().published?.size
  if (size !== before) process.stdout.write(`published ${size}\n`)
  before = size
}, 1)
