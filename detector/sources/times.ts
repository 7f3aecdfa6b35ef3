/** Times as flow exporters write them, in milliseconds since 1970, UTC. */

const ISO = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|([+-])(\d\d):?(\d\d)?)?$/
const DAY_FIRST = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d\d)(?::(\d\d)(\.\d+)?)?(?: ?([AaPp])[Mm])?$/

/** Without a zone it is UTC. Day first, as CICFlowMeter's originals of 2017 and 2018 write it. */
export function parseTime(text: string): number | undefined {
  const iso = ISO.exec(text)
  if (iso !== null) {
    const local = utc(iso[1], iso[2], iso[3], Number(iso[4]), iso[5], iso[6], iso[7])
    const minutes = Number(iso[9] ?? 0) * 60 + Number(iso[10] ?? 0)
    return local === undefined ? undefined : local - (iso[8] === '-' ? -minutes : minutes) * 60_000
  }
  const day = DAY_FIRST.exec(text)
  if (day === null) return undefined
  const half = day[8]?.toLowerCase()
  const hour = Number(day[4])
  const hour24 = half === undefined ? hour : (hour % 12) + (half === 'p' ? 12 : 0)
  return utc(day[3], day[2], day[1], hour24, day[5], day[6] ?? '0', day[7])
}

function utc(year: string | undefined, month: string | undefined, day: string | undefined, hour: number,
  minute: string | undefined, second: string | undefined, fraction: string | undefined): number | undefined {
  const parts = [Number(year), Number(month) - 1, Number(day), hour, Number(minute), Number(second)] as const
  if (parts[1] > 11 || parts[2] < 1 || parts[2] > 31 || hour > 23 || parts[4] > 59 || parts[5] > 60) return undefined
  return Date.UTC(...parts) + Number(fraction ?? 0) * 1000
}
