import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { runPipeline } from '../../detector/pipeline.js'
import { claimFault } from '../../domain/scoring/check-claim.js'
import { readScoreClaim } from '../../domain/scoring/score-claim.js'
import { openModelShelf, shippedModels } from '../../platform/model-shelf.js'
import { packageFile } from '../../platform/package-root.js'
import { openScoreBook } from './score-book.js'

describe('a detector with a model that ships', () => {
  test('claims of the bundled capture what a validator finds true, with the file that it finds by its hash', async () => {
    const scores = openScoreBook(packageFile('detector', 'models', 'shipped', 'ddos-flow', 'model.txt'))
    const { find } = openModelShelf([shippedModels()])
    const faults: unknown[] = []
    await runPipeline({
      source: packageFile('detector/samples/lab.pcap'), replay: { mode: 'asap' }, newId: randomUUID, scores,
      publish: (draft) => {
        const said = JSON.parse(new TextDecoder().decode(draft.payload)) as { score_claim?: unknown }
        if (said.score_claim === undefined) return Promise.resolve()
        const read = readScoreClaim(said.score_claim)
        const model = read.ok ? find(read.claim.modelHash) : undefined
        faults.push(read.ok && model !== undefined ? claimFault(read.claim, model) ?? 'true' : 'no model')
        return Promise.resolve()
      },
    })
    expect(faults.length).toBeGreaterThan(0)
    expect(new Set(faults)).toEqual(new Set(['true']))
  })

  test('says what is wrong with a file that is no model', () => {
    expect(() => openScoreBook(packageFile('package.json'))).toThrow('is no model that scores can be checked with')
    expect(() => openScoreBook(packageFile('nowhere'))).toThrow('cannot be read (ENOENT)')
  })
})
