/** Options of `export calibration`, checked. */
import { ADDRESS_RULES, FORMATS, parseDuration, parseSplit, type AddressRule, type DatasetFormat, type SplitOptions } from '../../projections/dataset/index.js'
import { UserError } from '../shared/user-error.js'

export type ExportFlags = {
  readonly data: string; readonly json?: boolean; readonly out?: string; readonly format: string; readonly position?: string; readonly split: string; readonly embargo: string
  readonly labelled?: boolean; readonly addresses: string; readonly anonymiseKey?: string; readonly proofs?: boolean; readonly plot?: boolean
}

export type ExportOptions = {
  readonly out: string
  readonly format: DatasetFormat
  /** Absent: the end of the log. */
  readonly position: number | undefined
  readonly split: SplitOptions
  readonly labelled: boolean
  readonly addresses: AddressRule['kind']
  readonly anonymiseKey: string | undefined
  readonly proofs: boolean
  readonly plot: boolean
}

/** Throws UserError BAD_OPTION. */
export function parseOptions(flags: ExportFlags): ExportOptions {
  const refuse = (sentence: string): never => { throw new UserError('BAD_OPTION', sentence) }
  const oneOf = <T extends string>(option: string, text: string, known: readonly T[]): T => known.find((one) => one === text) ?? refuse(`--${option} must be one of ${known.join(', ')}, got ${text}`)
  const position = flags.position === undefined ? undefined : /^\d{1,15}$/.test(flags.position) ? Number(flags.position) : refuse(`--position takes a number of entries of the event log, got ${flags.position}`)
  const addresses = oneOf('addresses', flags.addresses, ADDRESS_RULES)
  if (flags.anonymiseKey !== undefined && addresses !== 'anonymise') refuse(`--anonymise-key goes with --addresses anonymise, not with ${addresses}`)
  return {
    out: flags.out ?? refuse('--out names the folder that the data set goes into'),
    format: oneOf('format', flags.format, FORMATS), position, addresses, anonymiseKey: flags.anonymiseKey,
    split: {
      percent: parseSplit(flags.split) ?? refuse(`--split takes three percentages that are 100 together, such as 70/15/15, got ${flags.split}`),
      embargoMs: parseDuration(flags.embargo) ?? refuse(`--embargo takes a time such as 1h, 30m or 0s, got ${flags.embargo}`),
    },
    labelled: flags.labelled === true, proofs: flags.proofs === true, plot: flags.plot === true,
  }
}
