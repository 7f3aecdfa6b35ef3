import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageFile } from '../../../platform/package-root.js'
import { describeTimelineStoreContract } from '../../testing/timeline-store-contract.js'
import { published } from '../../testing/sample-log.js'
import { foldTimelines } from '../fold.js'
import { openEmbeddedTimelines } from './index.js'

describeTimelineStoreContract('embedded', () => {
  const path = mkdtempSync(join(tmpdir(), 'cybermesh-timelines-'))
  return Promise.resolve({
    open: () => openEmbeddedTimelines(path),
    destroy: () => Promise.resolve(rmSync(path, { recursive: true, force: true })),
  })
})

test('the raw score comes from the payload of the message', () => {
  const vectors = JSON.parse(readFileSync(packageFile('test', 'fixtures', 'vectors', 'original-messages.json'), 'utf8')) as { anomaly: { wire: string } }
  const event = published('a', 1, { message: Buffer.from(vectors.anomaly.wire, 'hex').toString('base64') })
  const recorded = { id: 'id', stream: 's', revision: 0, position: 0 as never, event }
  const { hashes } = foldTimelines([{ kind: 'event', position: 0 as never, bytes: new Uint8Array(), recorded }])
  expect([...hashes.values()][0]).toMatchObject({ state: 'PUBLISHED', raw_score: '0.91', confidence: '0.93' })
})
