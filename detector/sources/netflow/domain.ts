/**
 * What one observation domain of an exporter has told: its templates, samplers and place in the sequence, and the sets
 * that came before their templates. Invariant: all of it is bounded, and what is pushed out is counted.
 */
import type { ProvenanceOf } from '../provenance.js'
import type { Skipped } from '../records.js'
import { createSamplers, type Samplers } from './sampling.js'
import { createSequence, type Sequence } from './sequence.js'
import { flowOfValues, type ExportTime, type RawFlow } from './raw-flow.js'
import { readRecord, type Template } from './templates.js'

export const MAX_TEMPLATES = 512
/** Thrice the half hour after which exporters of NetFlow v9 say a template again, RFC 7011 §8.4. */
export const TEMPLATE_LIFETIME_MS = 5_400_000
/** Of all templates of a domain together. */
const MAX_FIELDS = 4096
const FIRST_ID = 256
const ALL_OPTIONS = 3
const MAX_WAITING_SETS = 64
const MAX_WAITING_BYTES = 128 * 1024

export type Domain = {
  readonly samplers: Samplers
  readonly sequence: Sequence
  readonly templates: ReadonlyMap<number, Template>
  template(id: number): Template | undefined
  /** Returns what waited for these templates. */
  learn(templates: readonly Template[]): readonly WaitingSet[]
  forget(ids: readonly number[]): void
  /** Keeps a copy until its template comes; returns how many sets were given up for it. */
  wait(set: WaitingSet): number
}

export type WaitingSet = { readonly templateId: number; readonly bytes: Buffer; readonly time: ExportTime }

export function createDomain(nowMs: () => number): Domain {
  const templates = new Map<number, Template>()
  const saidMs = new Map<number, number>()
  let waiting: WaitingSet[] = []
  let waitingBytes = 0
  let fields = 0
  const forget = (id: number): void => {
    fields -= templates.get(id)?.fields.length ?? 0
    templates.delete(id)
    saidMs.delete(id)
  }
  return {
    samplers: createSamplers(), sequence: createSequence(), templates,
    template(id) {
      if (nowMs() - (saidMs.get(id) ?? -Infinity) > TEMPLATE_LIFETIME_MS) forget(id)
      return templates.get(id)
    },
    learn(said) {
      for (const template of said) {
        // Said anew it is the youngest; the oldest makes room.
        forget(template.id)
        templates.set(template.id, template)
        saidMs.set(template.id, nowMs())
        fields += template.fields.length
        while (templates.size > MAX_TEMPLATES || fields > MAX_FIELDS) forget(templates.keys().next().value as number)
      }
      const found = waiting.filter(({ templateId }) => templates.has(templateId))
      if (found.length > 0) waiting = waiting.filter(({ templateId }) => !templates.has(templateId))
      for (const { bytes } of found) waitingBytes -= bytes.length
      return found
    },
    forget(ids) {
      for (const id of ids) {
        if (id < FIRST_ID) for (const template of [...templates.values()]) if (template.isOptions === (id === ALL_OPTIONS)) forget(template.id)
        forget(id)
      }
    },
    wait(set) {
      waiting.push({ ...set, bytes: Buffer.from(set.bytes) })
      waitingBytes += set.bytes.length
      let given = 0
      while (waiting.length > MAX_WAITING_SETS || waitingBytes > MAX_WAITING_BYTES) {
        waitingBytes -= (waiting.shift() as WaitingSet).bytes.length
        given += 1
      }
      return given
    },
  }
}

export type SetResult = { readonly items: readonly (RawFlow | Skipped)[]; readonly records: number; readonly isWhole: boolean }

/** Reads the records of a data set; what is shorter than the shortest record is padding. */
export function readSet(domain: Domain, template: Template, { bytes, time }: Pick<WaitingSet, 'bytes' | 'time'>, provenanceOf: ProvenanceOf): SetResult {
  const items: (RawFlow | Skipped)[] = []
  let records = 0
  for (let at = 0; bytes.length - at >= template.leastBytes;) {
    const record = readRecord(template, bytes, at)
    if (record === undefined) return { items, records, isWhole: false }
    at = record.next
    records += 1
    if (template.isOptions) domain.samplers.learn(record.values)
    else items.push(flowOfValues(record.values, time, domain.samplers.intervalOf(record.values), provenanceOf))
  }
  return { items, records, isWhole: true }
}
