import { describe, expect, test } from 'vitest'
import { communityIdOf } from './community-id.js'

const id = (protocol: number, source: string, sourcePort: number, destination: string, destinationPort: number, icmpKind?: number): string | undefined =>
  communityIdOf({ protocol, source, sourcePort, destination, destinationPort, ...(icmpKind === undefined ? {} : { icmpKind }) })

describe('Community ID v1', () => {
  test('gives what other tools give for the same flow', () => {
    expect(id(6, '128.232.110.120', 34_855, '66.35.250.204', 80)).toBe('1:LQU9qZlK+B5F3KDmev6m5PMibrg=')
    expect(id(6, '1.2.3.4', 1122, '5.6.7.8', 3344)).toBe('1:wCb3OG7yAFWelaUydu0D+125CLM=')
    expect(id(17, '1.2.3.4', 1122, '5.6.7.8', 3344)).toBe('1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg=')
    expect(id(17, '192.168.1.52', 54_585, '8.8.8.8', 53)).toBe('1:d/FP5EW3wiY1vCndhwleRRKHowQ=')
    expect(id(1, '192.168.0.89', 0, '192.168.0.1', 0, 8 << 8)).toBe('1:X0snYXpgwiv9TZtqg64sgzUn6Dk=')
    expect(id(58, 'fe80::200:86ff:fe05:80da', 0, 'fe80::260:97ff:fe07:69ea', 0, 135 << 8)).toBe('1:dGHyGvjMfljg6Bppwm3bg0LO8TY=')
  })

  test('is the same whichever end is named first, except for ICMP that has no answer', () => {
    expect(id(6, '66.35.250.204', 80, '128.232.110.120', 34_855)).toBe(id(6, '128.232.110.120', 34_855, '66.35.250.204', 80))
    expect(id(17, '2001:db8::1', 1, '2001:db8::1', 2)).toBe(id(17, '2001:db8::1', 2, '2001:db8::1', 1))
    expect(id(1, '192.168.0.1', 0, '192.168.0.89', 0, 0)).toBe('1:X0snYXpgwiv9TZtqg64sgzUn6Dk=')
    expect(id(1, '10.0.0.1', 0, '10.0.0.2', 0, 3 << 8)).not.toBe(id(1, '10.0.0.2', 0, '10.0.0.1', 0, 3 << 8))
  })

  test('says nothing where it would have to guess', () => {
    expect(id(1, '10.0.0.1', 0, '10.0.0.2', 0)).toBeUndefined()
    expect(id(6, 'here', 1, '10.0.0.2', 2)).toBeUndefined()
    expect(id(47, '10.0.0.1', 0, '10.0.0.2', 0)).toMatch(/^1:/)
  })
})
