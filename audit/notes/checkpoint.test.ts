import { describe, expect, test } from 'vitest'
import { leafHash } from '../../domain/merkle.js'
import { utf8ToBytes } from '../../domain/bytes.js'
import { formatCheckpoint, parseCheckpoint } from './checkpoint.js'

// Golden text of the Go checksum database's format, golang.org/x/mod/sumdb/tlog.
const GOLDEN = 'go.sum database tree\n123456789012\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n'
const EXAMPLE = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'

describe('the text of a checkpoint', () => {
  test('is the one that the Go checksum database writes', () => {
    expect(formatCheckpoint({ origin: 'go.sum database tree', size: 123456789012n, root: leafHash(utf8ToBytes('hello world')) })).toBe(GOLDEN)
  })

  test.each([GOLDEN, EXAMPLE, EXAMPLE.replace('20852163', '0'), EXAMPLE.replace('20852163', '9223372036854775807'), `${EXAMPLE}an extension\nand another\n`])('reads and writes the same: %j', (text) => {
    expect(formatCheckpoint(parseCheckpoint(text))).toBe(text)
  })

  test.each([
    ['checkpoint', EXAMPLE.slice(0, -1)],
    ['checkpoint', ''],
    ['checkpoint.origin', `\n${EXAMPLE}`],
    ['checkpoint.size', EXAMPLE.replace('20852163', '020852163')],
    ['checkpoint.size', EXAMPLE.replace('20852163', '-1')],
    ['checkpoint.size', EXAMPLE.replace('20852163', '2e7')],
    ['checkpoint.size', EXAMPLE.replace('20852163', '9223372036854775808')],
    ['checkpoint.size', EXAMPLE.replace('20852163', '')],
    ['checkpoint.root', EXAMPLE.replace('CsUYap', 'CsUY')],
    ['checkpoint.root', EXAMPLE.replace('2I=', '2J=')],
    ['checkpoint.root', EXAMPLE.split('\n').slice(0, 2).join('\n').concat('\n')],
    ['checkpoint.extensions', `${EXAMPLE}\nafter a blank line\n`],
  ])('is refused at %s: %j', (field, text) => {
    expect(() => parseCheckpoint(text)).toThrow(expect.objectContaining({ field }) as Error)
  })
})
