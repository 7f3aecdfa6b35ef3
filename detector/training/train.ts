/**
 * Trains everything anew from the data folder and compares it with what ships, file by file. With --write what was trained
 * is shipped instead: models, cards, the tables of docs/models.md, golden vectors, and signatures by a key that is then gone.
 *     npm run train -- --data DATA [--write] [--python python3.11] [--cache DIR]
 */
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bytesToHex } from '../../domain/bytes.js'
import { createSigner } from '../../platform/crypto/ed25519.js'
import { packageFile } from '../../platform/package-root.js'
import { readModelFiles } from '../models/model-folder.js'
import { SHIPPED_MODELS, shippedFolder } from '../models/shipped.js'
import { SIGNATURE_FILE, signFolder } from '../models/signature.js'
import { extract } from './extract.js'

const { values } = parseArgs({ options: {
  data: { type: 'string' }, write: { type: 'boolean', default: false }, python: { type: 'string', default: 'python3.11' },
  cache: { type: 'string', default: join(homedir(), '.cache', 'cybermesh-training') },
} })
if (values.data === undefined) throw new Error('usage: npm run train -- --data DATA [--write]; DATA is the folder that holds cicids2017-improved and the other sets')

const training = packageFile('detector', 'training')
const requirements = join(training, 'requirements.txt')
const venv = join(values.cache, `venv-${hashOf(requirements).slice(0, 16)}`)
const [matrices, out] = [join(values.cache, 'matrices'), join(values.cache, 'out')]
const python = join(venv, 'bin', 'python')
const run = (file: string, ...args: readonly string[]): void => {
  execFileSync(file, args, { stdio: 'inherit', cwd: training, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' } })
}

mkdirSync(values.cache, { recursive: true })
if (!existsSync(join(venv, 'complete'))) {
  rmSync(venv, { recursive: true, force: true })
  run(values.python, '-m', 'venv', venv)
  run(python, '-m', 'pip', 'install', '--quiet', '--no-deps', '-r', requirements)
  writeFileSync(join(venv, 'complete'), '')
}
await extract(values.data, matrices)
rmSync(out, { recursive: true, force: true })
run(python, '-m', 'trainer', values.data, matrices, out)

const pairs = [
  ...SHIPPED_MODELS.flatMap((name) => readdirSync(join(out, name)).map((file) => [join(out, name, file), join(shippedFolder(name), file)] as const)),
  ...readdirSync(join(out, 'golden')).map((file) => [join(out, 'golden', file), packageFile('detector', 'models', 'testing', file)] as const),
]
const differing = pairs.filter(([made, shipped]) => !existsSync(shipped) || hashOf(made) !== hashOf(shipped))
for (const [made, shipped] of pairs) console.log(`${hashOf(made)}  ${differing.some(([m]) => m === made) ? 'DIFFERS' : 'the same'}  ${shipped}`)
const docs = packageFile('docs', 'models.md')
const withTables = readFileSync(docs, 'utf8').replace(/(<!-- tables: made by npm run train -->\n)[^]*(\n<!-- end of tables -->)/, (_, start: string, end: string) => `${start}\n${readFileSync(join(out, 'tables.md'), 'utf8')}${end}`)
const sameTables = withTables === readFileSync(docs, 'utf8')
console.log(`${sameTables ? 'the same' : 'DIFFER'}: the tables of docs/models.md`)

if (values.write) {
  const signer = createSigner(randomBytes(32))
  for (const [made, shipped] of pairs) cpSync(made, shipped)
  for (const name of SHIPPED_MODELS) {
    writeFileSync(join(shippedFolder(name), SIGNATURE_FILE), `${JSON.stringify(signFolder(readModelFiles(shippedFolder(name)).files, signer), undefined, 1)}\n`)
  }
  writeFileSync(packageFile('detector', 'models', 'publisher.ts'), publisherModule(bytesToHex(signer.publicKey)))
  writeFileSync(docs, withTables)
  console.log('shipped what was trained; build and run the tests of detector/models')
} else if (differing.length > 0 || !sameTables) {
  process.exitCode = 1
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function publisherModule(key: string): string {
  return `/** Public key of whoever signed the shipped models; written by \`npm run train -- --write\`. */\nexport const PUBLISHER = '${key}'\n`
}
