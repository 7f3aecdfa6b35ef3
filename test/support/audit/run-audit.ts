/** `cybermesh audit` as a process of its own, while servers of the test go on answering. */
import { execFile } from 'node:child_process'
import { packageFile } from '../../../platform/package-root.js'

export type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string }

export const runAudit = (genesisFile: string, ...args: readonly string[]): Promise<Outcome> => new Promise((resolve) => {
  execFile(process.execPath, [packageFile('dist/cli/main.js'), 'audit', ...args, '--genesis', genesisFile], { encoding: 'utf8' }, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
  })
})
