const Z_95 = 1.959963984540054

/** 95 % interval of a share (Wilson 1927): it stays within 0 and 1, and is honest about few samples. */
export function wilsonInterval(successes: number, trials: number): readonly [low: number, high: number] {
  const share = successes / trials
  const scale = 1 + (Z_95 * Z_95) / trials
  const middle = (share + (Z_95 * Z_95) / (2 * trials)) / scale
  const half = (Z_95 / scale) * Math.sqrt((share * (1 - share)) / trials + (Z_95 * Z_95) / (4 * trials * trials))
  return [Math.max(0, middle - half), Math.min(1, middle + half)]
}
