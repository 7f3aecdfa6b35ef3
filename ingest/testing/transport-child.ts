/**
 * A process of its own over a transport, for tests that kill it: `produce` sends numbered records and prints each
 * acknowledged number; `consume` reads a group, prints each number read and commits after every batch.
 */
import type { Transport } from '../transport/transport.js'

type ChildTask = {
  readonly module: string
  readonly open: string
  readonly argument: string
  readonly role: 'produce' | 'consume'
  readonly topic: string
  readonly group?: string
  readonly first?: number
  readonly count?: number
}

const task = JSON.parse(process.argv[2] ?? '{}') as ChildTask
const module = (await import(task.module)) as Record<string, (argument: string) => Promise<Transport>>
const openTransport = module[task.open]
if (openTransport === undefined) throw new Error(`${task.module} does not export ${task.open}`)
const transport = await openTransport(task.argument)
const print = (line: string): void => void process.stdout.write(`${line}\n`)

if (task.role === 'produce') {
  const first = task.first ?? 0
  const count = task.count ?? Number.MAX_SAFE_INTEGER
  print('ready')
  for (let i = first; i < first + count; i++) {
    await transport.send([{ topic: task.topic, key: Buffer.from('one-key'), value: Buffer.from(String(i)) }])
    print(`acknowledged ${i}`)
  }
  await transport.close()
} else {
  const consumer = await transport.consume({ topics: [task.topic], group: task.group ?? 'child', maxBatch: 7 })
  print('ready')
  for await (const batch of consumer.batches(new AbortController().signal)) {
    for (const record of batch) print(`read ${Buffer.from(record.value).toString()}`)
    await consumer.commit(batch.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset + 1 })))
    print(`committed ${batch.length}`)
  }
}
