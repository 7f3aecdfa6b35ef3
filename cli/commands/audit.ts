/** `cybermesh audit ...`: the Merkle audit. Each subcommand registers itself from a file of its own, cli/audit/register-*.ts. */
import type { Command } from 'commander'
import { registerCheckpoint } from '../audit/register-checkpoint.js'
import { registerConsistency } from '../audit/register-consistency.js'
import { registerFsck } from '../audit/register-fsck.js'
import { registerProve } from '../audit/register-prove.js'
import { registerVerify } from '../audit/register-verify.js'
import { registerWatch } from '../audit/register-watch.js'

export function registerAudit(program: Command): void {
  const audit = program.command('audit').description('the Merkle audit: checkpoints, proofs, and what checks them without trusting this system')
  registerCheckpoint(audit)
  registerProve(audit)
  registerVerify(audit)
  registerConsistency(audit)
  registerWatch(audit)
  registerFsck(audit)
}
