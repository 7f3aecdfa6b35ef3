/**
 * Old events in today's shape. Written events never change: a type whose shape changes gets an upcaster, which turns
 * the data of one version into that of the next, and the version before it keeps its entry in eventlog/fixtures.
 */
import type { Json } from '../canonical-json.js'
import type { EventType } from './schema.js'

/** Turns data as a version had it into what the next version would have recorded. It must not fail on data that version wrote. */
export type Upcaster = (data: Json) => Json

/** By type: the upcasters from version 1 to 2, from 2 to 3, and so on. */
export type Upcasters = { readonly [type: string]: readonly Upcaster[] | undefined }

/** All types are in their first version. */
export const UPCASTERS: { readonly [Type in EventType]?: readonly Upcaster[] } = {}

/** The version in which events of this type are written: one more than it has upcasters. */
export const newestVersion = (type: string, upcasters: Upcasters = UPCASTERS): number => (upcasters[type]?.length ?? 0) + 1

/** Data of `version` in the newest shape; undefined where this program does not know that version. */
export function upcast(type: string, version: number, data: Json, upcasters: Upcasters = UPCASTERS): Json | undefined {
  if (!Number.isInteger(version) || version < 1 || version > newestVersion(type, upcasters)) return undefined
  return (upcasters[type] ?? []).slice(version - 1).reduce((older, next) => next(older), data)
}
