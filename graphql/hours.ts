/** Counters per hour: the arguments of the field `hours`, checked. */
import { isHex32 } from '../domain/ids.js'
import { listHours, type HourView } from '../projections/index.js'
import type { ApiContext } from './context.js'
import { badInput } from './errors.js'

/** A month. */
const MOST_HOURS = 744
const USUAL_HOURS = 24

type HoursArguments = { readonly first?: number | null; readonly before?: Date | null; readonly producer?: string | null }

export function readHours(_: unknown, { first, before, producer }: HoursArguments, { sources }: ApiContext): Promise<HourView[]> {
  const limit = first ?? USUAL_HOURS
  if (limit < 1 || limit > MOST_HOURS) throw badInput('first', `must be from 1 to ${MOST_HOURS}, got ${limit}`)
  if (producer !== null && producer !== undefined && !isHex32(producer)) throw badInput('producer', 'must be 64 lowercase hex digits')
  return listHours(sources.sql, { limit, ...(before === null || before === undefined ? {} : { before }), ...(producer === null || producer === undefined ? {} : { producerId: producer }) })
}
