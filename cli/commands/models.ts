/** `cybermesh models`: the trained models that ship, what their cards say, and whether they are what was signed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Table from 'cli-table3'
import type { Command } from 'commander'
import { readModelFiles, openModelFolder, type LoadedModel } from '../../detector/models/model-folder.js'
import { SHIPPED_MODELS, openAllShipped, openShipped, shippedFolder } from '../../detector/models/shipped.js'
import { SIGNATURE_FILE, signFolder } from '../../detector/models/signature.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { readKeyFile } from '../../platform/crypto/key-file.js'
import { answer, withJson, type JsonFlag } from '../shared/answer.js'
import { UserError } from '../shared/user-error.js'

export type ModelSummary = {
  readonly name: string
  readonly version: string
  readonly title: string
  readonly kind: string
  readonly threat: string
  readonly mode: string
  readonly trees: number
  readonly nodes: number
  readonly threshold: number
  /** SHA-256 of the model's file. */
  readonly modelHash: string
  readonly publisher: string
  readonly folder: string
}

export function registerModels(program: Command): void {
  const models = program.command('models').description('trained models: list them, read their cards, verify and sign them')

  withJson(models.command('list').description('the models that ship with the program'))
    .action((flags: JsonFlag) => { answer(flags, { models: openAllShipped().map(summaryOf) }, renderList) })

  withJson(models.command('show').description('the card of a model: training, threshold, figures, limits').argument('<model>', 'name of a shipped model, or a model folder'))
    .action((model: string, flags: JsonFlag) => {
      const loaded = openModel(model)
      answer(flags, { ...summaryOf(loaded), card: loaded.card }, () => new TextDecoder().decode(readModelFiles(loaded.folder).files.get('card.md') ?? new Uint8Array(0)).trimEnd())
    })

  withJson(models.command('verify').description('check hashes and signatures, and read the models').argument('[folders...]', 'model folders; all that ship when left out'))
    .option('--publisher <key>', 'public key of the only signer to accept, 64 hex digits')
    .action((folders: readonly string[], flags: JsonFlag & { publisher?: string }) => {
      const publisher = flags.publisher === undefined ? undefined : publisherOf(flags.publisher)
      const opened = folders.length > 0 ? folders.map((folder) => openModelFolder(folder, createVerifier(), publisher))
        : publisher === undefined ? openAllShipped() : SHIPPED_MODELS.map((name) => openModelFolder(shippedFolder(name), createVerifier(), publisher))
      answer(flags, { verified: opened.map(summaryOf) }, ({ verified }) => verified.map((model) => `${model.name} ${model.version}: signed by ${model.publisher}, SHA-256 ${model.modelHash}`).join('\n'))
    })

  withJson(models.command('sign').description('sign a model folder with your own key').argument('<folder>', 'folder with card.json and the model'))
    .requiredOption('--key <file>', 'key file of the signer')
    .action((folder: string, flags: JsonFlag & { key: string }) => {
      const signature = signFolder(readModelFiles(folder).files, readKeyFile(flags.key))
      writeFileSync(join(folder, SIGNATURE_FILE), `${JSON.stringify(signature, undefined, 1)}\n`)
      const loaded = openModelFolder(folder, createVerifier(), signature.publisher)
      answer(flags, summaryOf(loaded), (model) => `${model.name} ${model.version} is signed by ${model.publisher}`)
    })
}

/** A shipped name comes before a folder of the same name: what is shipped must be signed by whoever shipped it. */
const openModel = (model: string): LoadedModel =>
  (SHIPPED_MODELS as readonly string[]).includes(model) || !/[/\\.]/.test(model) ? openShipped(model) : openModelFolder(model, createVerifier())

export const summaryOf = ({ card, model, modelHash, publisher, folder }: LoadedModel): ModelSummary => ({
  name: card.name, version: card.version, title: card.title, kind: card.model.kind, threat: card.threat, mode: card.mode,
  trees: model.roots.length, nodes: model.feature.length, threshold: card.threshold.margin, modelHash, publisher, folder,
})

function renderList({ models }: { readonly models: readonly ModelSummary[] }): string {
  const table = new Table({ head: ['name', 'version', 'looks for', 'kind', 'trees', 'mode', 'threshold', 'SHA-256'], style: { head: [], border: [] } })
  for (const { name, version, title, kind, trees, mode, threshold, modelHash } of models) table.push([name, version, title, kind, trees, mode, threshold.toPrecision(6), modelHash.slice(0, 16)])
  return `${table.toString()}\nall signed by ${models[0]?.publisher ?? ''}`
}

function publisherOf(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new UserError('BAD_OPTION', '--publisher takes a public key of 64 lowercase hex digits, as `cybermesh keys show` prints it')
  return text
}
