import { describe, expect, it } from 'vitest'
import { DATAGRAMS, LOGS, mutate, randomOf } from '../testing/mutate-sources.js'
import { createLineReader } from './flow-lines.js'
import { createFlowDecoder, MAX_DOMAINS } from './netflow/decoder.js'
import { createPairing } from './netflow/pairing.js'
import type { FlowRecord } from './records.js'
import { createLineSplitter } from './tail/line-splitter.js'

const RUNS = 6000
const isSound = (flow: FlowRecord): boolean => [flow.startMs, flow.endMs, flow.forwardPackets, flow.backwardPackets, flow.forwardBytes, flow.backwardBytes].every((value) => Number.isFinite(value) && value >= 0) &&
  flow.endMs >= flow.startMs && flow.endMs <= 8.64e15 + 4e11 && flow.sourcePort <= 65_535 && flow.destinationPort <= 65_535 && flow.protocol <= 255

describe('what is nearly right', () => {
  it('as datagrams gives sound flows or a fault, and no more memory than the bounds', () => {
    const random = randomOf(7)
    const decoder = createFlowDecoder()
    const pairing = createPairing({ nowMs: () => 0, capacity: 100 })
    const kinds = new Map<string, number>()
    const flows: FlowRecord[] = []
    for (let run = 0; run < RUNS; run++) {
      const decoded = decoder.decode('192.0.2.1', mutate(DATAGRAMS[run % DATAGRAMS.length] as Buffer, random))
      kinds.set(decoded.fault ?? 'whole', (kinds.get(decoded.fault ?? 'whole') ?? 0) + 1)
      for (const item of decoded.items) if (item.kind === 'raw-flow') flows.push(...pairing.add(item))
    }
    expect(flows.length).toBeGreaterThan(RUNS)
    expect(flows.filter((flow) => !isSound(flow))).toEqual([])
    expect([...kinds.keys()].sort()).toEqual(['BAD_SET_LENGTH', 'BAD_TEMPLATE', 'CUT_HEADER', 'CUT_RECORD', 'CUT_RECORDS', 'UNKNOWN_VERSION', 'whole'])
    expect(decoder.size.domains).toBeLessThanOrEqual(MAX_DOMAINS)
  })

  it('as lines gives sound flows or a reason with its field, in pieces of any length', () => {
    const random = randomOf(8)
    const reasons = new Set<string>()
    let flows = 0
    for (let run = 0; run < RUNS / 3; run++) {
      const bytes = mutate(LOGS[run % LOGS.length] as Buffer, random)
      const cut = random(bytes.length)
      const splitter = createLineSplitter(0)
      const lines = [...splitter.push(bytes.subarray(0, cut)), ...splitter.push(bytes.subarray(cut)), ...splitter.end()]
      expect(splitter.offset).toBe(bytes.length)
      const reader = createLineReader('log')
      for (const { text } of lines) {
        const item = reader.read(text)
        if (item?.kind === 'flow') { expect(isSound(item)).toBe(true); flows++ }
        else if (item !== undefined) reasons.add(item.reason)
      }
    }
    expect(flows).toBeGreaterThan(RUNS / 3)
    expect([...reasons].sort()).toEqual(expect.arrayContaining(['bad-number', 'bad-row', 'bad-time', 'broken-json']))
  })
})
