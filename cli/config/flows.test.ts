import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { packageFile } from '../../platform/package-root.js'
import { flowsEngine } from './schema.js'

describe('flows that are followed', () => {
  it('are configured as the documentation shows, every kind of them', () => {
    const text = readFileSync(packageFile('docs/configuration.md'), 'utf8')
    const shown = [...text.matchAll(/^\| `(\{"kind": .*?\})` \|/gm)].map(([, json]) => JSON.parse(json as string) as { kind: string; positionFile?: string }).filter(({ positionFile }) => positionFile !== undefined)
    expect(new Set(shown.map(({ kind }) => kind))).toEqual(new Set(flowsEngine.options.map(({ shape }) => shape.kind.value)))
    for (const one of shown) expect(flowsEngine.safeParse(one)).toMatchObject({ success: true })
  })

  it('of exporters are received on this machine from this machine where nothing else is said', () => {
    expect(flowsEngine.parse({ kind: 'netflow', positionFile: 'p' })).toMatchObject({ host: '127.0.0.1', port: 2055, allow: ['127.0.0.1', '::1'] })
  })

  it.each([[{ allow: [] }, 'allow'], [{ allow: ['192.0.2.0/33'] }, 'allow'], [{ allow: ['router'] }, 'allow'], [{ host: 'localhost' }, 'host'], [{ port: 65_536 }, 'port'], [{ community: 'x' }, '']])('refuse %j by its field', (more, field) => {
    const parsed = flowsEngine.safeParse({ kind: 'netflow', positionFile: 'p', ...more })
    expect(parsed.error?.issues[0]?.path[0] ?? '').toBe(field)
  })
})
