/**
 * What becomes of addresses in a data set: kept, mapped or dropped, in the columns that are made for them and wherever
 * a producer wrote one into a name of its own.
 */
import { isIP } from 'node:net'
import type { AddressMapping } from '../../platform/crypto/crypto-pan.js'
import type { DatasetRow } from './row.js'

export type AddressRule =
  | { readonly kind: 'keep' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'anonymise'; readonly map: AddressMapping }

export const ADDRESS_RULES = ['anonymise', 'keep', 'drop'] as const

/** What an address may look like within a longer text; `isIP` has the last word. */
const CANDIDATE = /(?<![0-9A-Za-z.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3})(?![0-9A-Za-z])/g

export function withAddressRule(row: DatasetRow, rule: AddressRule): DatasetRow {
  if (rule.kind === 'keep') return row
  const image = (address: string): string => (rule.kind === 'drop' ? '[address]' : rule.map(address) ?? '[address]')
  const text = (value: string): string => (/[.:]/.test(value) ? value.replace(CANDIDATE, (found) => (isIP(found) === 0 ? found : image(found))) : value)
  const nullable = (value: string | null): string | null => (value === null ? null : text(value))
  const address = (value: string | null): string | null => (value === null || rule.kind === 'drop' ? null : rule.map(value) ?? null)
  const names = <T>(values: Readonly<Record<string, T>>): Readonly<Record<string, T>> => Object.fromEntries(Object.entries(values).map(([name, value]) => [text(name), value]))
  return {
    ...row, sourceAddress: address(row.sourceAddress), targetAddress: address(row.targetAddress),
    source: nullable(row.source), type: nullable(row.type), modelVersion: nullable(row.modelVersion), decision: text(row.decision),
    features: names(row.features), engineScores: names(row.engineScores),
  }
}
