/**
 * `npx tsx test/soak/fuzz-sources.ts --inputs 1000000`: mutated datagrams of NetFlow and IPFIX and mutated logs of Zeek,
 * EVE and flow-lite against the decoders, by seed. Prints JSON; exit code 1 where something was thrown or memory grew.
 */
import { parseArgs } from 'node:util'
import { DATAGRAMS, LOGS, mutate, randomOf } from '../../detector/testing/mutate-sources.js'
import { createLineReader } from '../../detector/sources/flow-lines.js'
import { createFlowDecoder } from '../../detector/sources/netflow/decoder.js'
import { createPairing } from '../../detector/sources/netflow/pairing.js'
import { createLineSplitter } from '../../detector/sources/tail/line-splitter.js'

const { values } = parseArgs({ options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } } })
const inputs = Number(values.inputs)
const random = randomOf(Number(values.seed))

const decoder = createFlowDecoder()
const pairing = createPairing({ nowMs: Date.now, capacity: 1000 })
const reader = createLineReader('log')
const faults: Record<string, number> = {}
const count = (what: string): void => { faults[what] = (faults[what] ?? 0) + 1 }
const rssMb: number[] = []
let flows = 0

for (let input = 0; input < inputs; input++) {
  if (input % 10 < 8) {
    const { items, fault } = decoder.decode(`192.0.2.${random(4)}`, mutate(DATAGRAMS[random(DATAGRAMS.length)] as Buffer, random))
    if (fault !== undefined) count(fault)
    for (const item of items) {
      if (item.kind === 'skipped') count(item.reason)
      else flows += pairing.add(item).length
    }
  } else {
    const splitter = createLineSplitter(0)
    for (const { text } of [...splitter.push(mutate(LOGS[random(LOGS.length)] as Buffer, random)), ...splitter.end()]) {
      const item = reader.read(text)
      if (item?.kind === 'flow') flows += 1
      else if (item !== undefined) count(item.reason)
    }
  }
  if (input % Math.ceil(inputs / 20) === 0) {
    rssMb.push(Math.round(process.memoryUsage.rss() / 1024 / 1024))
    process.stderr.write(`\r${input} of ${inputs}`)
  }
}

// Templates and domains fill up to their bounds in the first half; what comes after must not grow.
const grownMb = Math.max(...rssMb.slice(rssMb.length / 2)) - Math.max(...rssMb.slice(0, rssMb.length / 2))
const ok = grownMb < 50 && flows > 0
process.stdout.write(`${JSON.stringify({ ok, inputs, flows, faults, known: decoder.size, grownMb, rssMb })}\n`)
process.exit(ok ? 0 : 1)
