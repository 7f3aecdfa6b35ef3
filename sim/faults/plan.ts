/** Which faults a world suffers. Each class is absent or has its own measures, so that a shrinker can switch it off. */
export type FaultPlan = {
  /** How long a message travels; without it 5 ms. */
  readonly delay?: { readonly minMs: number; readonly maxMs: number }
  readonly drop?: { readonly percent: number }
  readonly duplicate?: { readonly percent: number }
  /** Some messages take this much longer and are overtaken. */
  readonly reorder?: { readonly percent: number; readonly extraMs: number }
  /** Everything from and to these nodes takes longer. */
  readonly slow?: { readonly nodes: readonly number[]; readonly extraMs: number }
  /** Now and then the nodes fall into two groups that do not hear each other; `oneWay`: only one does not hear the other. */
  readonly partition?: { readonly everyMs: number; readonly lastMs: number; readonly oneWay: boolean }
  /** In this share of views the messages of the view's leader, or those to the next leader, are lost. */
  readonly isolateLeader?: { readonly percent: number }
  /** Clocks differ by up to `maxMs`; with `jumpEveryMs` they are set anew now and then. */
  readonly clocks?: { readonly maxMs: number; readonly jumpEveryMs: number | undefined }
  /** Power goes at some effect boundary; with `allPercent` it is everybody's power. */
  readonly crash?: { readonly everyMs: number; readonly downMs: number; readonly allPercent: number }
  /** Disks that refuse a write, records cut short by the crash, and on as many nodes as may fail for good: damaged ones. */
  readonly disk?: { readonly percent: number }
}

export type FaultClass = keyof FaultPlan
export const FAULT_CLASSES: readonly FaultClass[] = [
  'delay', 'drop', 'duplicate', 'reorder', 'slow', 'partition', 'isolateLeader', 'clocks', 'crash', 'disk',
]
