/** Where records come from, as one shared object for all that come from there: windows tell them apart by identity. */
import type { ByteLayer, Provenance } from './records.js'

/** @param more what a record itself says */
export type ProvenanceOf = (byteLayer: ByteLayer, more?: { readonly sensor?: string | undefined; readonly sampling?: number | undefined }) => Provenance

/** Sensors and sampling intervals that are remembered; who writes more of them gets an object a record. */
const MAX_KNOWN = 200

export function provenanceFor(format: Provenance['format'], origin: string): ProvenanceOf {
  const plain: Readonly<Record<ByteLayer, Provenance>> = {
    payload: { format, origin, byteLayer: 'payload' }, ip: { format, origin, byteLayer: 'ip' }, frame: { format, origin, byteLayer: 'frame' },
  }
  const known = new Map<string, Provenance>()
  return (byteLayer, { sensor, sampling } = {}) => {
    if (sensor === undefined && sampling === undefined) return plain[byteLayer]
    const key = `${byteLayer}|${sampling ?? ''}|${sensor ?? ''}`
    const found = known.get(key)
    if (found !== undefined) return found
    const made = { format, origin, byteLayer, ...(sensor === undefined ? {} : { sensor }), ...(sampling === undefined ? {} : { sampling }) }
    if (known.size < MAX_KNOWN) known.set(key, made)
    return made
  }
}

/** Provenances that one window names at most. */
export const MAX_PROVENANCES = 4

/** Adds what is not there yet; a window over more sources than the limit names the first ones. */
export function addProvenance(list: Provenance[], provenance: Provenance | undefined): void {
  if (provenance !== undefined && list.length < MAX_PROVENANCES && !list.includes(provenance)) list.push(provenance)
}
