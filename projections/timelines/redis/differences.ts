/** Where two generations at one position are not the same. Both are read key by key, once; neither may be written to meanwhile. */
import type { RowDifference, TableDifference } from '../../runtime/projection.js'
import { forEachNamed, keyOf, readContents, type Content, type NamedKey } from './content.js'
import type { Core } from './core.js'
import { showPart } from './show-part.js'

const MOST_EXAMPLES = 5

/** Keys that are equal are left out. */
export async function differencesOf(core: Core, live: string, rebuilt: string): Promise<TableDifference[]> {
  const found = new Map<string, { counts: Record<RowDifference['kind'], number>; examples: RowDifference[] }>()
  const told = (key: NamedKey, kind: RowDifference['kind'], columns: () => RowDifference['columns']): void => {
    const table = tableOf(key.name)
    const of = found.get(table) ?? { counts: { 'only-live': 0, 'only-rebuilt': 0, differing: 0 }, examples: [] }
    found.set(table, of)
    of.counts[kind] += 1
    if (of.examples.length < MOST_EXAMPLES) of.examples.push({ key: core.layout.isPlain ? key.name : `${key.shard} ${key.name}`, kind, columns: columns() })
  }
  await forEachNamed(core, live, async (client, keys) => {
    const [lives, others] = await Promise.all([
      readContents(client, keys.map((key) => keyOf(core, live, true, key))),
      readContents(client, keys.map((key) => keyOf(core, rebuilt, false, key))),
    ])
    keys.forEach((key, i) => {
      const [one, other] = [contentOf(key, lives[i]), contentOf(key, others[i])]
      // A member of the set of all without its hash: the other generation names that key itself, where it has it.
      if (one === undefined) return
      if (other === undefined) told(key, 'only-live', () => [])
      else if (!isSame(one, other)) told(key, 'differing', () => columnsOf(key.name, one, other))
    })
  })
  await forEachNamed(core, rebuilt, async (client, keys) => {
    const asked = client.pipeline()
    for (const key of keys) asked.exists(keyOf(core, live, true, key))
    const answers = await asked.exec() ?? []
    keys.forEach((key, i) => { if (answers[i]?.[1] === 0) told(key, 'only-rebuilt', () => []) })
  })
  return TABLES.flatMap((table) => {
    const of = found.get(table)
    if (of === undefined) return []
    const { counts, examples } = of
    return [{ table, onlyLive: counts['only-live'], onlyRebuilt: counts['only-rebuilt'], differing: counts.differing, examples }]
  })
}

/** In the order in which a reader cares. */
const TABLES = ['sets', 'hashes', 'history', 'records', 'bookkeeping'] as const

function tableOf(name: string): (typeof TABLES)[number] {
  if (name.startsWith('anomaly:timeline:')) return 'sets'
  if (name.startsWith('b:')) return 'history'
  if (name.startsWith('r:')) return 'records'
  return /^(?:meta|sets|plain|(?:hours|counts|checkpoint|dead):.*)$/.test(name) ? 'bookkeeping' : 'hashes'
}

/** How far a loss is made good again is no content. */
function contentOf({ name }: NamedKey, content: Content | undefined): Content | undefined {
  if (content === undefined || name !== 'meta') return content
  return { ...content, parts: new Map([...content.parts].filter(([field]) => field !== 'heal' && field !== 'heal_at')) }
}

function isSame(one: Content, other: Content): boolean {
  return one.kind === other.kind && one.parts.size === other.parts.size && [...one.parts].every(([part, value]) => other.parts.get(part) === value)
}

function columnsOf(name: string, live: Content, rebuilt: Content): RowDifference['columns'] {
  if (live.kind !== rebuilt.kind) return [{ name: 'type', live: live.kind, rebuilt: rebuilt.kind }]
  return [...new Set([...live.parts.keys(), ...rebuilt.parts.keys()])]
    .filter((part) => live.parts.get(part) !== rebuilt.parts.get(part))
    .slice(0, MOST_EXAMPLES)
    .map((part) => ({ name: showPart(name, part, '').part, live: valueOf(name, part, live), rebuilt: valueOf(name, part, rebuilt) }))
}

function valueOf(name: string, part: string, { parts }: Content): string | null {
  const value = parts.get(part)
  return value === undefined ? null : showPart(name, part, value).value
}
