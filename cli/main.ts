#!/usr/bin/env node
import '../platform/polyfill.js'
import { Command } from 'commander'
import { registerDetect } from './detect.js'
import { registerRoles } from './commands/role.js'
import { registerUp } from './commands/up.js'
import { sentenceOf } from './shared/user-error.js'

const program = new Command('cybermesh')
  .description('one tamper-evident answer to «which detections do we all accept?»')
  .showHelpAfterError('(add --help for what is possible)')
registerUp(program)
registerRoles(program)
registerDetect(program)

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`cybermesh: ${sentenceOf(error)}\n`)
  process.exitCode = 1
}
