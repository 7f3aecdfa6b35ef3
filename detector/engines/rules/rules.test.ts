import { describe, expect, it } from 'vitest'
import { flowRecord, sourceWindow, targetWindow } from '../../testing/traffic.js'
import type { SlowWindow } from '../../windows/slow-windows.js'
import type { TargetWindow } from '../../windows/target-window.js'
import type { EngineVerdict, Observation } from '../engine.js'
import { flowChurn, fragmentFlood, halfOpen, manySources } from './flood-rules.js'
import { LIMITS } from './limits.js'
import { ruleEngine } from './rule-engine.js'

const fired = (observation: Observation): readonly EngineVerdict[] => ruleEngine.judge(observation).filter((verdict) => verdict.fired)

describe('flood rules at their limits', () => {
  const cases: readonly (readonly [string, (window: TargetWindow) => { fired: boolean }, Partial<TargetWindow>, readonly Partial<TargetWindow>[]])[] = [
    ['R1', manySources, { uniqueSources: 50, inPackets: 90, outPackets: 10 }, [{ uniqueSources: 49 }, { outPackets: 11 }]],
    ['R2', halfOpen, { syn: 100, pureAck: 20 }, [{ syn: 99, pureAck: 0 }, { pureAck: 21 }]],
    ['R3', fragmentFlood, { inPackets: 100, fragments: 50, inBytes: 900, outBytes: 100 }, [{ inPackets: 99, fragments: 99 }, { fragments: 49 }, { outBytes: 101 }]],
    ['R4', flowChurn, { flows: 200, inPackets: 800 }, [{ flows: 199, inPackets: 200 }, { inPackets: 801 }]],
  ]
  for (const [name, rule, atLimit, below] of cases) {
    it(`${name} fires at its limit and not one step before`, () => {
      expect(rule(targetWindow(atLimit)).fired).toBe(true)
      for (const less of below) expect(rule(targetWindow({ ...atLimit, ...less })).fired).toBe(false)
    })
  }

  it('a score is 0.5 at the limit, higher above, lower below', () => {
    const score = (syn: number): number => halfOpen(targetWindow({ syn, pureAck: 0 })).score
    expect(score(100)).toBe(0.5)
    expect(score(1000)).toBeCloseTo(0.95, 12)
    expect(score(50)).toBeLessThan(0.5)
    expect(score(0)).toBe(0)
  })

  it('a sentence names what was observed and the limit', () => {
    expect(halfOpen(targetWindow({ syn: 400, pureAck: 10 })).why)
      .toBe('half-open connections: 400 SYN in a second (limit >= 100), 40 SYN for each pure ACK (limit >= 5)')
  })

  it('a window below the floor is never judged', () => {
    expect(ruleEngine.judge(targetWindow({ inPackets: LIMITS.windowPackets - 1, uniqueSources: 500 }))).toEqual([])
    expect(ruleEngine.judge(targetWindow({ inPackets: LIMITS.windowPackets }))).toHaveLength(4)
  })
})

describe('who is the target of a flood', () => {
  const flood = { inPackets: 900, outPackets: 900, flows: 900, syn: 900, pureAck: 0, uniqueSources: 1 }

  it('is not the host that sends more than it receives', () => {
    const answered = targetWindow({ ...flood, syn: 0, synAck: 900, outPackets: 1800 })
    expect(fired(answered)).toEqual([])
    expect(ruleEngine.judge(answered).some((verdict) => verdict.why.includes('held back'))).toBe(true)
  })

  it('is the host that receives SYN, even if it repeats its answers and so sends more', () => {
    expect(fired(targetWindow({ ...flood, outPackets: 3000 }))[0]?.finding?.target).toBe('10.0.0.2')
  })

  it('is not the client to whose many ports one UDP service answers, but the service asked by many', () => {
    const dns = { ...flood, syn: 0, protocol: 17, udp: 900 }
    expect(fired(targetWindow({ ...dns, sourcePortEntropyBits: 0, destinationPortEntropyBits: 9 }))).toEqual([])
    expect(fired(targetWindow({ ...dns, sourcePortEntropyBits: 9, destinationPortEntropyBits: 0 }))[0]?.finding?.attack).toBe('udp_flood')
  })

  it('is not the scanner who gets one answer for each probe', () => {
    expect(fired(targetWindow({ ...flood, syn: 0, rst: 880, synAck: 20 }))).toEqual([])
  })

  it('is the side with the larger inbound share', () => {
    expect(fired(targetWindow(flood))[0]?.finding).toMatchObject({ target: '10.0.0.2', threatType: 'dos', attack: 'syn_flood', source: '10.0.0.1' })
  })

  it('is hit by a ddos from ten sources on', () => {
    expect(fired(targetWindow({ ...flood, uniqueSources: 9 }))[0]?.finding?.threatType).toBe('dos')
    expect(fired(targetWindow({ ...flood, uniqueSources: 10 }))[0]?.finding?.threatType).toBe('ddos')
  })

  it('is scanned when each connection goes to another port, and flooded at 5000 SYN a second all the same', () => {
    const scan = { ...flood, uniqueDestinationPorts: 800 }
    expect(fired(targetWindow(scan))[0]?.finding).toMatchObject({ threatType: 'network_intrusion', attack: 'port_scan' })
    expect(fired(targetWindow({ ...scan, inPackets: 5000, syn: 5000, flows: 5000, uniqueDestinationPorts: 5000 }))[0]?.finding?.attack).toBe('syn_flood')
  })

  it('is named with the kind of flood', () => {
    const attack = (more: Partial<TargetWindow>): string | undefined => fired(targetWindow({ ...flood, syn: 0, pureAck: 0, outPackets: 0, ...more }))[0]?.finding?.attack
    expect(attack({ protocol: 17 })).toBe('udp_flood')
    expect(attack({ protocol: 1 })).toBe('icmp_flood')
    expect(attack({ protocol: 6 })).toBe('tcp_flood')
    expect(attack({ protocol: 17, fragments: 600, inBytes: 1000, outBytes: 0 })).toBe('fragment_flood')
  })
})

describe('rules over a minute of one source', () => {
  it('R5 sees a port scan at 50 ports, when almost none was used', () => {
    const scan = sourceWindow({ attempts: 50, unused: 40, mostPorts: { host: '10.0.0.7', ports: 50 } })
    expect(fired(scan)[0]).toMatchObject({ name: 'rules/R5-ports', finding: { target: '10.0.0.7', source: '10.0.0.1', attack: 'port_scan' } })
    expect(fired({ ...scan, unused: 39 })).toEqual([])
    expect(fired({ ...scan, mostPorts: { host: '10.0.0.7', ports: 49 } })).toEqual([])
  })

  it('R5 sees a sweep at 50 hosts', () => {
    const sweep = sourceWindow({ attempts: 50, unused: 50, mostHosts: { port: 445, hosts: 50, host: '10.0.0.7' } })
    expect(fired(sweep)[0]?.finding).toMatchObject({ attack: 'host_sweep', destinationPort: 445 })
    expect(fired({ ...sweep, mostHosts: { port: 445, hosts: 49, host: '10.0.0.7' } })).toEqual([])
  })

  it('R7 sees 200 used connections to one service, R8 sees 20 to a login service', () => {
    const used = (port: number, connections: number): readonly EngineVerdict[] => fired(sourceWindow({ mostUsed: { host: '10.0.0.2', port, connections } }))
    expect(used(80, 200)[0]?.finding).toMatchObject({ attack: 'connection_flood', threatType: 'dos' })
    expect(used(80, 199)).toEqual([])
    expect(used(22, 20)[0]?.finding).toMatchObject({ attack: 'password_guessing', threatType: 'network_intrusion' })
    expect(used(22, 19)).toEqual([])
  })
})

describe('slow requests', () => {
  const slow = (halfIdle: number, sources: number): SlowWindow => ({
    kind: 'slow-window', target: '10.0.0.2', port: 80, startMs: 0, endMs: 9000, halfIdle, sources, meanAgeMs: 6000, clientPackets: 100, clientBytes: 4000,
    topSources: [{ address: '10.0.0.1', packets: halfIdle }],
  })

  it('R6 fires at 50 half-idle connections, five for each source', () => {
    expect(fired(slow(50, 10))[0]?.finding).toMatchObject({ attack: 'slow_http', destinationPort: 80 })
    expect(fired(slow(49, 1))).toEqual([])
    expect(fired(slow(50, 11))).toEqual([])
  })
})

it('the rule engine has nothing to say about a single flow', () => {
  expect(ruleEngine.judge(flowRecord())).toEqual([])
})
