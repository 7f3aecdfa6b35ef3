/** The folder is copied out, built for a browser, and runs where there is no Node, no file and no network. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageFile } from '../../platform/package-root.js'
import { createWorld, type World } from './testing/world.js'
import type { Verification } from './index.js'

const folder = packageFile('audit', 'verifier')
const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
let copy: string
let world: World
beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'cybermesh-verifier-'))
  for (const name of files) cpSync(join(folder, name), join(copy, name))
  // What a stranger installs: the two packages of primitives.ts.
  symlinkSync(packageFile('node_modules'), join(copy, 'node_modules'))
  world = await createWorld()
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

test('no file imports anything but its neighbours, and one the two packages of primitives', () => {
  const imported = files.flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, from]) => [name, from as string] as const))
  expect(imported.length).toBeGreaterThan(20)
  expect(imported.filter(([, from]) => !from.startsWith('./'))).toEqual([['primitives.ts', '@noble/ed25519'], ['primitives.ts', '@noble/hashes/sha2.js']])
})

test('a copy of the folder, built for a browser, accepts a bundle and refuses a changed one without Node or a network', async () => {
  const { outputFiles: [built] } = await build({ entryPoints: [join(copy, 'index.ts')], bundle: true, write: false, platform: 'browser', format: 'iife', globalName: 'verifier', target: 'es2022' })
  // What browsers have and a bare context lacks; there is no fetch, no process and no require in it.
  const context = createContext({ TextEncoder, TextDecoder, Uint8Array })
  runInContext(built?.text ?? '', context)
  const verify = runInContext('verifier.verifyBundle', context) as (file: Uint8Array, genesis: Uint8Array) => Verification
  expect(runInContext('typeof process + typeof require + typeof fetch + typeof Buffer', context)).toBe('undefined'.repeat(4))
  const file = new Uint8Array(await world.bundle(world.ids.first))
  expect(verify(file, world.genesis)).toMatchObject({ ok: true, proven: { anomaly: { id: world.ids.first } } })
  file[1000]! ^= 1
  expect(verify(file, world.genesis)).toMatchObject({ ok: false, part: 'audit.checkpoint' })
})
