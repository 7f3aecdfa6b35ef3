/** Six decimals: entropies and shares use logarithms whose last bits differ between machines. */
export const round6 = (value: number): number => Math.round(value * 1e6) / 1e6
