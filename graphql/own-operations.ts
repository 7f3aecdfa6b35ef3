/** The operations that this package ships: what operators look at, one document a file of operations/. */
import { readdirSync, readFileSync } from 'node:fs'
import { packageFile } from '../platform/package-root.js'
import { hashOfDocument, type Manifest } from './persisted.js'

/** Name of its file without the ending -> text. */
export function ownOperations(): ReadonlyMap<string, string> {
  const folder = packageFile('graphql', 'operations')
  return new Map(readdirSync(folder).filter((file) => file.endsWith('.graphql')).sort()
    .map((file) => [file.slice(0, -'.graphql'.length), readFileSync(`${folder}/${file}`, 'utf8').trim()]))
}

export const ownManifest = (): Manifest => new Map([...ownOperations().values()].map((text) => [hashOfDocument(text), text]))
