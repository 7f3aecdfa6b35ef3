/** Reads a whole number that an option takes. */
import { InvalidArgumentError } from 'commander'

export const count = (least: number, most: number) => (text: string): number => {
  const value = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`)
  return value
}
