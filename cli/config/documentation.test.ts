import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packageFile } from '../../platform/package-root.js'
import { ROLE_NAMES, roleSchemas, type RoleName } from './schema.js'

const text = readFileSync(packageFile('docs/configuration.md'), 'utf8')
const examples = [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, json]) => JSON.parse(json as string) as { role: RoleName })

describe('docs/configuration.md', () => {
  test('has an example of every role', () => {
    expect(examples.map(({ role }) => role)).toEqual([...ROLE_NAMES])
  })

  test.each(examples)('the example of the $role is a configuration of it', (example) => {
    expect(roleSchemas[example.role].safeParse(example)).toMatchObject({ success: true })
  })

  test.each(ROLE_NAMES)('names every field of the %s', (role) => {
    for (const field of Object.keys(roleSchemas[role].shape)) expect(text).toContain(`\`${field}\``)
  })
})
