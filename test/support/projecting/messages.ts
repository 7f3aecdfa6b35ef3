/** What a soak tells its worker, and what it hears from it. */
import type { RebuildResult } from '../../../projections/index.js'

export type Order = { readonly do: 'live'; readonly batchEvents: number } | { readonly do: 'rebuild' } | { readonly do: 'roll-back' }

export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'at'; readonly name: string; readonly position: number }
  | { readonly kind: 'lost'; readonly sentence: string }
  | { readonly kind: 'replaced'; readonly results: readonly RebuildResult[]; readonly errors: readonly string[] }
  | { readonly kind: 'failed'; readonly sentence: string }
