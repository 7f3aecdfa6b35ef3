import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { FLOW_FEATURE_NAMES } from '../../../domain/models/flow-features.js'
import { openShipped } from '../../models/shipped.js'
import { openBulkScorer } from './onnx.js'

const folder = mkdtempSync(join(tmpdir(), 'cybermesh-onnx-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const width = FLOW_FEATURE_NAMES.length

describe('bulk scoring', () => {
  it('refuses a file that is no model', async () => {
    const path = join(folder, 'model.onnx')
    writeFileSync(path, 'not a model')
    await expect(openBulkScorer(path, width)).rejects.toMatchObject({ code: 'BAD_MODEL', path })
  })

  it.each([0, 1, width - 1, width + 1])('refuses %i values, which are no rows', async (values) => {
    const scorer = await openBulkScorer(openShipped('ddos-flow').onnx as string, width)
    await expect(scorer.margins(new Float64Array(values))).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await scorer.close()
  })

  it('refuses more rows than a call may bring', async () => {
    const scorer = await openBulkScorer(openShipped('ddos-flow').onnx as string, width)
    await expect(scorer.margins(new Float64Array(width * 65_537))).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await scorer.close()
  })
})
