/** `cybermesh audit verify` and `verify-receipt`: whether a proof holds, with the genesis file and nothing else. */
import type { Command } from 'commander'
import { answer, withJson, type JsonFlag } from '../shared/answer.js'

type VerifyFlags = JsonFlag & { readonly genesis: string }
type ReceiptFlags = VerifyFlags & { readonly bundle: string }

const MAX_GENESIS_BYTES = 4 * 1024 * 1024

export function registerVerify(audit: Command): void {
  withJson(audit.command('verify').description('check a proof bundle offline; exit code 1 and the name of the part where it does not hold').argument('<file>', 'the bundle'))
    .requiredOption('--genesis <file>', 'genesis file of the network, from a source you trust')
    .action(verify)
  withJson(audit.command('verify-receipt').description('check a COSE receipt (RFC 9942) offline').argument('<file>', 'the receipt'))
    .requiredOption('--bundle <file>', 'the bundle of the same anomaly: it has the entry, and the key that the recorder signs with')
    .requiredOption('--genesis <file>', 'genesis file of the network, from a source you trust')
    .action(verifyReceipt)
}

async function verify(file: string, flags: VerifyFlags): Promise<void> {
  const [{ verifyBundle, MAX_BUNDLE_BYTES }, { readBytes }, { renderProven }] = await Promise.all([import('../../audit/verifier/index.js'), import('../shared/files.js'), import('./render-proven.js')])
  const verification = verifyBundle(readBytes(file, 'the bundle', MAX_BUNDLE_BYTES), readBytes(flags.genesis, 'the genesis file', MAX_GENESIS_BYTES))
  answer(flags, verification, (value) => (value.ok ? `the proof holds\n${renderProven(value.proven)}` : `the proof does not hold: ${value.sentence}`))
  if (!verification.ok) process.exitCode = 1
}

async function verifyReceipt(file: string, flags: ReceiptFlags): Promise<void> {
  const [{ verifyReceiptOf }, { readBytes }, { MAX_BUNDLE_BYTES }, { LARGEST_RECEIPT_BYTES }] = await Promise.all([
    import('./cose-receipt.js'), import('../shared/files.js'), import('../../audit/verifier/index.js'), import('../../audit/cose/receipt.js')])
  const verification = verifyReceiptOf(readBytes(file, 'the receipt', LARGEST_RECEIPT_BYTES), readBytes(flags.bundle, 'the bundle', MAX_BUNDLE_BYTES), readBytes(flags.genesis, 'the genesis file', MAX_GENESIS_BYTES))
  answer(flags, verification, (value) => (value.ok ? `the receipt holds: entry ${value.index} of ${value.size} of the log ${value.issuer}, root ${value.root}` : `the receipt does not hold: ${value.sentence}`))
  if (!verification.ok) process.exitCode = 1
}
