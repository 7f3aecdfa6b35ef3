/**
 * Messages that are no anomalies, between being read and being settled. They have no lifecycle: what became of one is
 * either in a block or a refusal. Copies of the same bytes wait each at its own place.
 */
import type { Json } from '../../../domain/canonical-json.js'
import type { EventData } from '../../../domain/events/schema.js'
import type { Origin } from '../../../domain/receipt.js'
import { factKey, originText, readRefusedCount, readWaitingPlaces, type DeadLetterNote, type WaitingMessage } from './entries.js'
import type { FactLayer } from './facts.js'

/** Places beyond these are forgotten by their age alone: a flood of copies must not make one fact grow. */
const MAX_PLACES = 100

export function keepWaiting(layer: FactLayer, waiting: WaitingMessage): void {
  layer.put(factKey.waiting(waiting.origin), waiting as unknown as Json)
  if (waiting.lapses !== undefined) layer.put(factKey.lapsing(originText(waiting.origin)), waiting.origin as unknown as Json)
  const places = readWaitingPlaces(layer, waiting.messageHash)
  if (places.length < MAX_PLACES) layer.put(factKey.waitingPlaces(waiting.messageHash), [...places, waiting.origin] as unknown as Json)
}

/** A block carried these bytes. */
export function forgetWaiting(layer: FactLayer, messageHash: string): void {
  for (const origin of readWaitingPlaces(layer, messageHash)) forgetPlace(layer, origin)
  layer.remove(factKey.waitingPlaces(messageHash))
}

export function forgetWaitingAt(layer: FactLayer, { origin, messageHash }: Pick<WaitingMessage, 'origin' | 'messageHash'>): void {
  forgetPlace(layer, origin)
  const others = readWaitingPlaces(layer, messageHash).filter((place) => !isSame(place, origin))
  if (others.length === 0) layer.remove(factKey.waitingPlaces(messageHash))
  else layer.put(factKey.waitingPlaces(messageHash), others as unknown as Json)
}

function forgetPlace(layer: FactLayer, origin: Origin): void {
  layer.remove(factKey.waiting(origin))
  layer.remove(factKey.lapsing(originText(origin)))
}

export function foldRefusal(layer: FactLayer, { origin, messageHash, code }: EventData<'MessageRefused'>): void {
  forgetWaitingAt(layer, { origin, messageHash })
  layer.put(factKey.refusedAt(origin), 1)
  layer.put(factKey.refusedCount(messageHash), readRefusedCount(layer, messageHash) + 1)
  const note: DeadLetterNote = { messageHash, code, origin }
  layer.put(factKey.deadLetter(origin), note as unknown as Json)
}

const isSame = (a: Origin, b: Origin): boolean => a.topic === b.topic && a.partition === b.partition && a.offset === b.offset
