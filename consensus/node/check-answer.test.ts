import { describe, expect, test } from 'vitest'
import { asHeight } from '../../domain/ids.js'
import { BLOCK_TIME } from '../../domain/execution/testing/network.js'
import { asMillis } from '../../domain/ids.js'
import type { Block } from '../../domain/block.js'
import { blockOn, root } from '../core/testing/forge.js'
import { checkShape } from './check-answer.js'

const chain: Block[] = []
for (let view = 1; view <= 5; view++) chain.push(blockOn(chain.at(-1) ?? root, view))
const at = (height: number): Block => chain[height - 1] as Block
const twin = blockOn(at(2), 3, { timestamp: asMillis(BLOCK_TIME + 1) })
const shape = (blocks: readonly Block[], fromHeight = 1) => checkShape(blocks, at(5).hash, asHeight(fromHeight))

describe('an answer to «what leads to this block»', () => {
  test('is good where it is the whole chain, its beginning, the block alone, or a later part of it', () => {
    expect(shape(chain)).toBeUndefined()
    expect(shape(chain.slice(0, 2))).toBeUndefined()
    expect(shape([at(5)])).toBeUndefined()
    expect(shape(chain.slice(2))).toBeUndefined()
  })

  test('is no lie where it is empty: a peer may not have the block', () => {
    expect(shape([])).toBeUndefined()
  })

  test('is a lie where it starts below what was asked, or is another block alone', () => {
    expect(shape(chain, 2)).toBe('not-asked-for')
    expect(shape([at(4)])).toBe('not-asked-for')
  })

  test('is a lie where blocks do not follow each other', () => {
    expect(shape([at(1), at(3)])).toBe('not-linked')
    expect(shape([at(1), at(2), twin, at(4)])).toBe('not-linked')
    expect(shape([at(2), at(1)])).toBe('not-linked')
    const namesAnother: Block = { ...at(4), justify: at(3).justify }
    expect(shape([at(3), namesAnother])).toBe('not-linked')
  })
})
