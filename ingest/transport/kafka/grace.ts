/** The client waits for a broker that is away, also when it is asked to stop; whoever stops waits for it this long. */
const GRACE_MS = 3000

/** Resolves when `work` has settled, or after a few seconds; what it throws then is nobody's any more. */
export async function withinGrace(work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise<void>((resolve) => { timer = setTimeout(resolve, GRACE_MS) })
  await Promise.race([Promise.resolve(work).then(() => undefined, () => undefined), enough])
  clearTimeout(timer)
}
