/** A UUID of a number: no hash, since making the log is not what is measured. */
export const deterministicUuid = (n: number): string => `00000000-0000-5000-8000-${n.toString(16).padStart(12, '0')}`
