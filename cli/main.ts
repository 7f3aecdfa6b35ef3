#!/usr/bin/env node
import '../platform/polyfill.js'
import { Command } from 'commander'
import { packageVersion } from '../platform/package-root.js'
import { registerAudit } from './commands/audit.js'
import { registerBench } from './commands/bench.js'
import { registerCalibrate } from './commands/calibrate.js'
import { registerDetect } from './commands/detect.js'
import { registerDlq } from './commands/dlq.js'
import { registerDoctor } from './commands/doctor.js'
import { registerEvidence } from './commands/evidence.js'
import { registerExport } from './commands/export.js'
import { registerGenesis } from './commands/genesis.js'
import { registerKeys } from './commands/keys.js'
import { registerModels } from './commands/models.js'
import { registerPolicy } from './commands/policy.js'
import { registerProjections } from './commands/projections.js'
import { registerQuery } from './commands/query.js'
import { registerRebuild } from './commands/rebuild.js'
import { registerRoles } from './commands/role.js'
import { registerSim } from './commands/sim.js'
import { registerStatus } from './commands/status.js'
import { registerTimeline } from './commands/timeline.js'
import { registerUp } from './commands/up.js'
import { registerVerdict } from './commands/verdict.js'
import { sentenceOf } from './shared/user-error.js'

const program = new Command('cybermesh')
  .description('one tamper-evident answer to «which detections do we all accept?»')
  .version(packageVersion())
  .showHelpAfterError('(add --help for what is possible)')
registerUp(program)
registerStatus(program)
registerDoctor(program)
registerQuery(program)
registerTimeline(program)
registerRebuild(program)
registerProjections(program)
registerDlq(program)
registerPolicy(program)
registerVerdict(program)
registerCalibrate(program)
registerEvidence(program)
registerExport(program)
registerGenesis(program)
registerKeys(program)
registerRoles(program)
registerDetect(program)
registerModels(program)
registerAudit(program)
registerSim(program)
registerBench(program)

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`cybermesh: ${sentenceOf(error)}\n`)
  process.exitCode = 1
}
