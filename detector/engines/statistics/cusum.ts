/** One-sided CUSUM (Page 1954): adds up what exceeds the allowance, so a small but lasting rise is noticed. */

export const ALLOWANCE = 0.5
export const ALARM_LEVEL = 5
/** One extreme window alone must not raise the alarm: its share is cut here, so at least two are needed. */
export const WINSOR_LIMIT = 3

export type CusumStep = { readonly sum: number; readonly alarm: boolean; readonly reached: number }

/** @param z robust z-score of the newest window. The sum starts again after an alarm. */
export function cusumStep(sum: number, z: number): CusumStep {
  const reached = Math.max(0, sum + Math.min(z, WINSOR_LIMIT) - ALLOWANCE)
  const alarm = reached > ALARM_LEVEL
  return { sum: alarm ? 0 : reached, alarm, reached }
}
