/**
 * The port every engine stands behind: it looks at one observation and says what it thinks, with its reason.
 * Rules and statistics are engines; a trained model becomes one by implementing `judge`.
 */
import type { FlowRecord } from '../sources/records.js'
import type { AnyFlow } from '../windows/connection.js'
import type { SlowWindow } from '../windows/slow-windows.js'
import type { SourceWindow } from '../windows/source-windows.js'
import type { TargetWindow } from '../windows/target-window.js'

/** Everything engines are shown: one-second target windows, minute source windows, slow windows, finished flows. */
export type Observation = TargetWindow | SourceWindow | SlowWindow | FlowRecord

/** Threat names on the wire. */
export type ThreatType = 'ddos' | 'dos' | 'network_intrusion' | 'malware' | 'botnet' | 'c2' | 'anomaly' | 'policy_violation'

/** What was seen, more exactly than the wire's threat type says. */
export type Attack =
  | 'syn_flood' | 'udp_flood' | 'icmp_flood' | 'fragment_flood' | 'tcp_flood'
  | 'connection_flood' | 'slow_http' | 'port_scan' | 'host_sweep' | 'password_guessing'
  | 'unusual_traffic' | 'model_finding'

/** Whom it concerns. `source` is empty when there are many. */
export type Finding = {
  readonly threatType: ThreatType
  readonly attack: Attack
  readonly target: string
  readonly destinationPort: number
  readonly source: string
}

/** A normal that was learned, in the units of `observed`. */
export type LearnedNormal = {
  readonly feature: string
  readonly observed: number
  readonly median: number
  /** Median absolute deviation. */
  readonly deviation: number
  /** Windows it was learned from, and whose: the host's own or the whole network's. */
  readonly windows: number
  readonly of: 'host' | 'network'
}

export type EngineVerdict = {
  /** `engine/check`, e.g. `rules/R1`. */
  readonly name: string
  /** 0..1; comparable only with this engine's own threshold. */
  readonly score: number
  readonly threshold: number
  readonly fired: boolean
  /** One sentence with observed values and limits. */
  readonly why: string
  /** What it was compared with, where that was learned. */
  readonly baseline?: LearnedNormal
  /** True: it is recorded, and weighs nothing, whatever else fires. */
  readonly isSilent?: boolean
  /** Present when the verdict may decide without another engine's support. */
  readonly finding?: Finding
}

/** What a trained model makes of the flow towards a host that it finds worst; beside a detection, never the reason for it. */
export type ModelOpinion = {
  readonly model: string
  readonly modelHash: string
  readonly margin: number
  /** Whether the margin crosses the model's threshold. */
  readonly crossed: boolean
  /** Whether the model knows this traffic; where it does not, nothing that it says is to be trusted. */
  readonly domain: 'unknown' | 'inside' | 'outside'
  /** How usual such a margin is among benign flows and among attacks that the model was not trained on; absent where its folder has no table of them. */
  readonly pValues?: { readonly benign: number; readonly attack: number }
}

/** Whether a verdict is evidence. */
export const speaks = ({ fired, isSilent }: EngineVerdict): boolean => fired && isSilent !== true

export type Engine = {
  readonly name: string
  readonly version: string
  /** Kinds it judges; flows are only turned into records when an engine watches them. */
  readonly watches: readonly Observation['kind'][]
  /** Empty when the engine has nothing to say about this kind of observation. Must not learn. */
  judge(observation: Observation): readonly EngineVerdict[]
  /**
   * False: none of its verdicts on this would carry a finding. Where no engine may decide, none is asked for its verdicts,
   * whose sentences cost more than the look. Absent: it may always. Must not learn.
   */
  mayDecide?(observation: Observation): boolean
  /** The same of a source, by what it opened lately, before that is looked at by host and port. */
  mayDecideOfSource?(attempts: readonly AnyFlow[]): boolean
  /** Called after the decision, so that an engine does not take an attack for its normal. */
  learn?(observation: Observation, detected: boolean): void
  /** Of flows towards a host within the last minute. */
  opinionsOn?(target: string, nowMs: number): readonly ModelOpinion[]
}

/** Fired at the limit is 0.5, at twice the limit 0.75, at ten times 0.95; below the limit in proportion. */
export function scoreOfRatio(ratio: number): number {
  return ratio >= 1 ? 1 - 0.5 / ratio : 0.5 * Math.max(0, ratio)
}

export const RATIO_THRESHOLD = 0.5
