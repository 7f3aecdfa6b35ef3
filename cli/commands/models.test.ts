/** The commands of docs/models.md as it has them, in its order, in a folder of their own. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SHIPPED_MODELS, openAllShipped, shippedFolder } from '../../detector/models/shipped.js'
import { packageFile } from '../../platform/package-root.js'

type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-models-'))
  cpSync(shippedFolder('ddos-flow'), join(folder, 'my-model'), { recursive: true })
  symlinkSync(packageFile('detector'), join(folder, 'detector'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function cybermesh(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [packageFile('dist/cli/main.js'), ...args], { encoding: 'utf8', cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
  })
}

describe('cybermesh models', () => {
  it('does what docs/models.md shows', async () => {
    const commands = [...readFileSync(packageFile('docs/models.md'), 'utf8').matchAll(/^npx cybermesh (.+)$/gm)].map(([, rest]) => (rest as string).split(' '))
    expect(commands.map((words) => words.slice(0, 2).join(' '))).toEqual(['models list', 'models show', 'models verify', 'detect --models', 'keys new', 'models sign', 'models verify'])
    const said: string[] = []
    for (const words of commands) {
      const { code, stdout, stderr } = await cybermesh(...words)
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: '' })
      said.push(stdout)
    }
    const [list, card, verified, detected, , signed, own] = said as [string, string, string, string, string, string, string]
    for (const name of SHIPPED_MODELS) for (const text of [list, verified, detected]) expect(text).toContain(name)
    expect(card).toContain('leave one tool out: DoS Slowloris')
    expect(detected).toMatch(/in shadow, ddos-flow: \d+ of \d+ flows above its threshold, \d+ while the traffic was in domain/)
    const signer = /signed by ([0-9a-f]{64})/.exec(signed)?.[1]
    expect(own).toContain(`signed by ${signer}`)
    expect(verified).not.toContain(signer)
  }, 180_000)

  it('answers in JSON with the hash that the chain knows a model by', async () => {
    const { stdout } = await cybermesh('models', 'list', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ models: openAllShipped().map(({ card, modelHash }) => ({ name: card.name, modelHash, mode: 'shadow' })) })
    expect(JSON.parse((await cybermesh('models', 'show', 'anomaly-flow', '--json')).stdout)).toMatchObject({ kind: 'isolation-forest', card: { metrics: expect.any(Array) } })
  }, 60_000)

  it('refuses a folder that was changed, another publisher, and a name that it does not know', async () => {
    const changed = join(folder, 'changed')
    cpSync(shippedFolder('ddos-flow'), changed, { recursive: true })
    writeFileSync(join(changed, 'model.txt'), 'tree\n')
    expect(await cybermesh('models', 'verify', changed)).toMatchObject({ code: 1, stderr: expect.stringContaining('model.txt: is not the file that was signed') })
    expect(await cybermesh('models', 'verify', '--publisher', '0'.repeat(64))).toMatchObject({ code: 1, stderr: expect.stringContaining('was signed by') })
    expect(await cybermesh('models', 'verify', '--publisher', 'me')).toMatchObject({ code: 1, stderr: expect.stringContaining('--publisher takes') })
    expect(await cybermesh('models', 'show', 'unknown')).toMatchObject({ code: 1, stderr: expect.stringContaining('known are anomaly-flow, botnet-flow, ddos-flow') })
  }, 60_000)
})
