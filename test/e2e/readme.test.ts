import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFile, packageVersion } from '../../platform/package-root.js'
import { cybermesh, startUp, temporaryFolder } from '../support/mesh.js'

/** What the README shows is what happens: its commands are taken from its own text. */
describe('the README', () => {
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  const text = readFileSync(packageFile('README.md'), 'utf8')
  beforeAll(async () => { await startUp(data, '--flows', packageFile('detector/samples/lab.pcap')).finished() }, 200_000)
  afterAll(() => folder.remove())

  test('its GraphQL query returns what it shows', () => {
    const query = /npx cybermesh query '([^']+)'/.exec(text)?.[1] as string
    const shown = JSON.parse(/```json\n([\s\S]+?)\n```/.exec(text)?.[1] as string) as unknown
    const { code, stdout } = cybermesh('query', query, '--data', data)
    expect(code).toBe(0)
    expect(shapeOf(JSON.parse(stdout))).toEqual(shapeOf(shown))
  })

  test('its timeline command counts what was committed', () => {
    const [, command] = /npx cybermesh (timeline [^\n]+)/.exec(text) as unknown as [string, string]
    const { code, stdout } = cybermesh(...command.split(' '), '--data', data)
    expect(code).toBe(0)
    expect(Number(stdout.replace(/\D/g, ''))).toBe(4)
  })

  test('its doctor finds nothing wrong', () => {
    expect(cybermesh('doctor', '--ledger', '--data', data)).toMatchObject({ code: 0 })
  })

  test('every read model can be built again', () => {
    const { code, stdout } = cybermesh('rebuild', '--all', '--json', '--data', data)
    expect(code).toBe(0)
    const { projections } = JSON.parse(stdout) as { projections: { name: string; equal: boolean }[] }
    expect(projections.map(({ name, equal }) => [name, equal])).toEqual([['blocks', true], ['timelines', true], ['audit', true], ['calibration', true], ['reputation', true], ['counters', true], ['reports', true], ['policies', true]])
  })

  test('the program says which version it is', () => {
    expect(cybermesh('--version')).toMatchObject({ code: 0, stdout: `${packageVersion()}\n` })
  })

  test('every command it names exists', () => {
    const help = cybermesh('--help').stdout
    for (const [, names] of text.matchAll(/^\| `([^|]+)` \|/gm)) {
      const command = /^[a-z]+/.exec(names as string)?.[0] as string
      if (!text.includes(`npx cybermesh ${command}`) && !/^(up|validator|status|query|rebuild|detect|genesis)/.test(command)) continue
      expect(help).toContain(command)
    }
  })

  test('every page it links to is there, and so is every file of the map of rooms', () => {
    for (const [, path] of text.matchAll(/\]\((?!http)([^)#]+)\)/g)) expect({ path, exists: existsSync(packageFile(path as string)) }).toEqual({ path, exists: true })
    const map = readFileSync(packageFile('CONTRIBUTING.md'), 'utf8')
    const rooms = readdirSync(packageFile('.')).filter((name) => !['node_modules', 'dist', '.git'].includes(name) && statSync(packageFile(name)).isDirectory())
    const files = rooms.flatMap((room) => readdirSync(packageFile(room), { recursive: true, encoding: 'utf8' }).map((file) => `${room}/${file}`))
    for (const [, path] of map.matchAll(/`([a-z/-]+\.(?:ts|sql|proto))`/g)) {
      expect({ path, known: files.some((file) => file === path || file.endsWith(`/${path}`)) }).toEqual({ path, known: true })
    }
  })

  test('every dependency has its reason', () => {
    const { dependencies } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { dependencies: Record<string, string> }
    for (const [name, version] of Object.entries(dependencies)) {
      expect(text).toContain(`\`${name}\``)
      expect(version).toMatch(/^(npm:@[\w-]+\/[\w-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/)
    }
  })
})

/** Member names and types, values left out. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, key === 'durationMs' ? 'duration' : shapeOf(member)]))
  return typeof value
}
