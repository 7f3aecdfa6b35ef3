/** Asks a role how it is. A role that does not answer is a fact to show, not an error. */
export type RoleStatus = { readonly ok: true; readonly [field: string]: unknown } | { readonly ok: false; readonly reason: string }

export async function fetchStatus(url: string, timeoutMs = 1500): Promise<RoleStatus> {
  try {
    const response = await fetch(`${url}/status`, { signal: AbortSignal.timeout(timeoutMs) })
    if (!response.ok) return { ok: false, reason: `HTTP ${response.status}` }
    return { ok: true, ...(await response.json() as object) }
  } catch (error) {
    return { ok: false, reason: (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name }
  }
}

/** Why a role does not feel well, in its own words; undefined where it does. */
export async function fetchHealth(url: string, timeoutMs = 1500): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(timeoutMs) })
    if (response.ok) return undefined
    const { reason } = await response.json() as { reason?: string }
    return reason ?? `HTTP ${response.status}`
  } catch (error) {
    return (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name
  }
}
