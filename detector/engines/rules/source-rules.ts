/** R5, R7, R8: what scans, connection floods and password guessing look like in a minute of one source's attempts. */
import { connectionOf, type AnyFlow } from '../../windows/connection.js'
import type { SourceWindow } from '../../windows/source-windows.js'
import type { EngineVerdict, Finding } from '../engine.js'
import { atLeast, evaluate, verdict } from './condition.js'
import { LIMITS, LOGIN_PORTS } from './limits.js'

export function judgeSource(window: SourceWindow): readonly EngineVerdict[] {
  const unusedShare = window.unused / Math.max(1, window.attempts)
  const service = window.mostUsed
  const guessing = LOGIN_PORTS.has(service.port)
  return [
    verdict('rules/R5-ports', evaluate('port scan', [
      atLeast(`ports of ${window.mostPorts.host} tried in a minute`, window.mostPorts.ports, LIMITS.R5.ports),
      atLeast('of attempts unused', unusedShare, LIMITS.R5.unusedShare),
    ]), found(window, 'port_scan', window.mostPorts.host, 0)),
    verdict('rules/R5-hosts', evaluate('host sweep', [
      atLeast(`hosts tried on port ${window.mostHosts.port} in a minute`, window.mostHosts.hosts, LIMITS.R5.hosts),
      atLeast('of attempts unused', unusedShare, LIMITS.R5.unusedShare),
    ]), found(window, 'host_sweep', window.mostHosts.host, window.mostHosts.port)),
    verdict('rules/R7', evaluate('connection flood', [
      atLeast(`connections to ${service.host} port ${service.port} in a minute`, service.connections, LIMITS.R7.connections),
    ]), found(window, 'connection_flood', service.host, service.port)),
    ...(guessing ? [verdict('rules/R8', evaluate('password guessing', [
      atLeast(`logins at ${service.host} port ${service.port} in a minute`, service.connections, LIMITS.R8.connections),
    ]), found(window, 'password_guessing', service.host, service.port))] : []),
  ]
}

/** Whether one of them could fire, by how many attempts there are of each kind: a host and a port have no more than all. */
export function mayFireOnSource(attempts: readonly AnyFlow[]): boolean {
  let opened = 0, unused = 0, logins = 0
  for (const flow of attempts) {
    const connection = connectionOf(flow)
    if (!connection.opened) continue
    opened += 1
    if (!connection.conversed) unused += 1
    else if (LOGIN_PORTS.has(flow.destinationPort)) logins += 1
  }
  const { R5, R7, R8 } = LIMITS
  return (unused >= Math.min(R5.ports, R5.hosts) && unused / opened >= R5.unusedShare) || opened - unused >= R7.connections || logins >= R8.connections
}

function found(window: SourceWindow, attack: Finding['attack'], target: string, destinationPort: number): Finding {
  return {
    threatType: attack === 'connection_flood' ? 'dos' : 'network_intrusion',
    attack, target, destinationPort, source: window.source,
  }
}
