/**
 * A reader of transparency logs written from the C2SP pages alone, with nothing of this project but the log's address:
 * it takes verifier keys and a number of witnesses, reads checkpoint and tiles over HTTP and computes the root itself.
 * https://c2sp.org/tlog-tiles  https://c2sp.org/tlog-checkpoint  https://c2sp.org/signed-note  https://c2sp.org/tlog-cosignature
 */
import { createHash, createPublicKey, verify } from 'node:crypto'

export type VerifierKey = { readonly name: string; readonly type: 1 | 4; readonly publicKey: Buffer }
export type Head = { readonly origin: string; readonly size: number; readonly root: Buffer; readonly witnesses: readonly string[] }

const sha256 = (...parts: Buffer[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const leaf = (data: Buffer): Buffer => sha256(Buffer.from([0]), data)
const node = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.from([1]), left, right)

/** Merkle Tree Hash of RFC 6962 section 2.1, straight from its definition. */
function treeHash(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return sha256()
  if (hashes.length === 1) return hashes[0] as Buffer
  let k = 1
  while (k * 2 < hashes.length) k *= 2
  return node(treeHash(hashes.slice(0, k)), treeHash(hashes.slice(k)))
}

function signedBy(key: VerifierKey, text: string, lines: readonly string[]): boolean {
  const id = sha256(Buffer.from(`${key.name}\n`), Buffer.from([key.type]), key.publicKey).subarray(0, 4)
  const ed25519 = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.publicKey]), format: 'der', type: 'spki' })
  return lines.some((line) => {
    const [, name, base64] = /^— (\S+) (\S+)$/.exec(line) ?? []
    const bytes = Buffer.from(base64 ?? '', 'base64')
    if (name !== key.name || !bytes.subarray(0, 4).equals(id)) return false
    if (key.type === 1) return verify(null, Buffer.from(text), ed25519, bytes.subarray(4))
    const time = bytes.readBigUInt64BE(4)
    return verify(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), ed25519, bytes.subarray(12))
  })
}

export function parseHead(note: string, log: VerifierKey, witnesses: readonly VerifierKey[], needed: number): Head {
  const at = note.lastIndexOf('\n\n')
  const text = note.slice(0, at + 1)
  const lines = note.slice(at + 2).split('\n').filter((line) => line !== '')
  const [origin = '', size = '', root = ''] = text.split('\n')
  if (origin !== log.name) throw new Error(`checkpoint of ${origin}`)
  if (!signedBy(log, text, lines)) throw new Error('the log did not sign')
  const good = witnesses.filter((witness) => signedBy(witness, text, lines)).map(({ name }) => name)
  if (good.length < needed) throw new Error(`only ${good.length} witnesses signed`)
  return { origin, size: Number(size), root: Buffer.from(root, 'base64'), witnesses: good }
}

const groups = (n: number): string => {
  const digits = String(n)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  return (padded.match(/.../g) as string[]).map((part, i, all) => (i < all.length - 1 ? `x${part}` : part)).join('/')
}

export type LogReader = {
  head(): Promise<Head>
  /** All entries of the tree of that many leaves, after every hash of every tile of it was computed and compared. */
  entries(head: Head): Promise<Buffer[]>
}

export function openLog(prefix: string, log: VerifierKey, witnesses: readonly VerifierKey[], needed: number): LogReader {
  const get = async (path: string): Promise<Buffer | undefined> => {
    const response = await fetch(`${prefix}/${path}`)
    if (response.status === 404) return undefined
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
  }
  const getTile = async (place: string, index: number, width: number): Promise<Buffer> => {
    const full = `tile/${place}/${groups(index)}`
    const bytes = (width < 256 ? await get(`${full}.p/${width}`) : undefined) ?? await get(full)
    if (bytes === undefined) throw new Error(`no tile ${full} of width ${width}`)
    return bytes
  }
  const hashTile = async (level: number, index: number, width: number): Promise<Buffer[]> => {
    const bytes = await getTile(String(level), index, width)
    return Array.from({ length: width }, (_, i) => bytes.subarray(32 * i, 32 * i + 32))
  }
  const bundle = async (index: number, width: number): Promise<Buffer[]> => {
    const bytes = await getTile('entries', index, width)
    const entries: Buffer[] = []
    for (let at = 0; entries.length < width;) {
      const length = bytes.readUInt16BE(at)
      entries.push(bytes.subarray(at + 2, at + 2 + length))
      at += 2 + length
    }
    return entries
  }

  return {
    async head() {
      const note = await get('checkpoint')
      if (note === undefined) throw new Error('no checkpoint')
      return parseHead(note.toString('utf8'), log, witnesses, needed)
    },
    async entries(head) {
      const entries: Buffer[] = []
      for (let index = 0; index * 256 < head.size; index++) entries.push(...await bundle(index, Math.min(256, head.size - index * 256)))
      let level: Buffer[] = entries.map(leaf)
      if (!treeHash(level).equals(head.root)) throw new Error('the entries do not give the root')
      for (let l = 0; level.length > 0; l++) {
        for (let index = 0; index * 256 < level.length; index++) {
          const expected = level.slice(index * 256, index * 256 + 256)
          const tile = await hashTile(l, index, expected.length)
          if (!tile.every((hash, i) => hash.equals(expected[i] as Buffer))) throw new Error(`tile ${l}/${index} is false`)
        }
        level = Array.from({ length: Math.floor(level.length / 256) }, (_, i) => treeHash(level.slice(i * 256, i * 256 + 256)))
      }
      return entries
    },
  }
}
