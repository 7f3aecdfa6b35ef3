/** Flags of V8 for a process of this program that runs for long beside others on few processors. */
export const LONG_RUNNING: readonly string[] = [
  // Room for what lives for a few blocks: with the default of 16 MB it is copied to the old generation, for a fifth of the execution time.
  '--max-semi-space-size=32',
  // Most code of a role runs often enough to cost and too seldom to be optimised: compiled at its first call, and with what it
  // meets noted from then on, a mesh of ten roles on two cores commits a third more in its first minutes than interpreted.
  '--always-sparkplug', '--no-lazy-feedback-allocation',
]
