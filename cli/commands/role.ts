/** `cybermesh validator|recorder|projector|api|detector --config FILE`: one role as one process. */
import type { Command } from 'commander'
import { loadConfig } from '../config/load.js'
import { ROLE_NAMES, type RoleName } from '../config/schema.js'
import { runAsProcess } from '../roles/role.js'

const SUMMARIES: Record<RoleName, string> = {
  validator: 'admit messages and vote on blocks',
  recorder: 'follow the chain and write the event log',
  projector: 'keep the read models up with the event log',
  api: 'serve GraphQL and the status document',
  detector: 'find anomalies in traffic and publish them signed',
}

export function registerRoles(program: Command): void {
  for (const role of ROLE_NAMES) {
    program.command(role)
      .description(SUMMARIES[role])
      .requiredOption('--config <file>', 'configuration of this role, see docs/configuration.md')
      .action(async ({ config }: { config: string }) => {
        process.exit(await runRole(role, config))
      })
  }
}

/** Roles are loaded when they run: libp2p alone takes half a second that `--help` should not pay. */
function runRole(role: RoleName, path: string): Promise<number> {
  switch (role) {
    case 'validator':
      return import('../roles/validator.js').then(({ startValidator }) => runAsProcess(loadConfig('validator', path), startValidator))
    case 'recorder':
      return import('../roles/recorder.js').then(({ startRecorder }) => runAsProcess(loadConfig('recorder', path), startRecorder))
    case 'projector':
      return import('../roles/projector.js').then(({ startProjector }) => runAsProcess(loadConfig('projector', path), startProjector))
    case 'api':
      return import('../roles/api.js').then(({ startApiRole }) => runAsProcess(loadConfig('api', path), startApiRole))
    case 'detector':
      return import('../roles/detector.js').then(({ startDetector }) => runAsProcess(loadConfig('detector', path), startDetector))
  }
}
