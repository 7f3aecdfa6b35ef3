import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import * as messages from './messages.js'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

test('the generated code is what the contracts generate', () => {
  const script: string = JSON.parse(readFileSync(here('../package.json'), 'utf8')).scripts['gen:proto']
  const command = script.split(' && ').find((part) => part.includes('gen/messages.js'))
  const options = command?.split(' ').slice(1).filter((part, i, all) => part !== '-o' && all[i - 1] !== '-o') ?? []
  const generated = execFileSync(process.execPath, [here('../node_modules/protobufjs-cli/bin/pbjs'), ...options], { cwd: here('..'), encoding: 'utf8' })
  expect(generated.trim()).toBe(readFileSync(here('./gen/messages.js'), 'utf8').trim())
})

test('all messages of the wire are there, and empty ones are empty bytes', () => {
  const codecs = Object.values(messages)
  expect(codecs.map((codec) => codec.name).sort()).toEqual([
    'AnomalyEvent', 'ChainOfCustodyEntry', 'CommitEvent', 'EvidenceEvent', 'EvidenceRequestEvent', 'PolicyEvent', 'PolicyUpdateEvent', 'ReputationEvent',
  ].sort())
  for (const codec of codecs) expect(codec.encode({}).finish().length).toBe(0)
})

test('a deep chain of unknown groups is refused, not a stack overflow', () => {
  const groups = new Uint8Array(200_000).fill((15 << 3) | 3)
  for (const codec of Object.values(messages)) expect(() => codec.decode(groups)).toThrow()
})
