import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { describeLiveSource } from '../testing/live-source-contract.js'
import { topicUnderTest } from '../testing/topic-under-test.js'

const folder = mkdtempSync(join(tmpdir(), 'cybermesh-flows-'))
afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

let count = 0
describeLiveSource('an embedded topic', () => topicUnderTest({ kind: 'embedded', path: join(folder, String(count++)), topic: 'flows.v1', partitions: 1 }))
