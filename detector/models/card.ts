/** A model's card: what it is for, what it was trained on, where its threshold lies, how it did, and what it cannot do. */
import { z } from 'zod'
import { MAX_FEATURES } from '../../domain/models/tree-model.js'
import { ModelFolderError } from './errors.js'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits')
const fileName = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'must be a plain file name')
const text = z.string().min(1).max(4096)

/** Where a feature's values lay in training: `edges` rise, `shares` has one more, the share of rows at or below each edge and above. */
const histogram = z.object({ edges: z.array(z.number()).max(64), shares: z.array(z.number().min(0).max(1)).max(65) })
  .refine(({ edges, shares }) => shares.length === edges.length + 1, 'must have one share more than edges')
  .refine(({ edges }) => edges.every((edge, at) => at === 0 || edge > (edges[at - 1] as number)), 'edges must rise')

const cardSchema = z.object({
  format: z.literal('cybermesh-model-card/1'),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lowercase letters, digits and dashes'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'must be like 1.0.0'),
  title: text,
  threat: z.enum(['ddos', 'dos', 'network_intrusion', 'malware', 'botnet', 'c2', 'anomaly']),
  /** Single-flow models do not carry over to other networks, so none of them decides. */
  mode: z.literal('shadow'),
  model: z.object({ file: fileName, kind: z.enum(['lightgbm', 'isolation-forest']) }),
  onnx: fileName.optional(),
  /** Margins of flows it was not trained on, by class: what conformal p-values are counted in. */
  conformal: fileName.optional(),
  features: z.object({ schema: text, sha256, names: z.array(text).min(1).max(MAX_FEATURES) }),
  threshold: z.object({ margin: z.number(), falsePositiveRate: z.number().min(0).max(1), calibratedOn: text }),
  training: z.object({ data: z.array(text).max(64), rowsRead: z.int().min(0), rows: z.int().min(0), benignRows: z.int().min(0), parameters: z.record(z.string(), z.unknown()), libraries: z.record(z.string(), z.string()) }),
  domain: z.record(z.string(), histogram),
  metrics: z.array(z.object({ title: text, rows: z.array(z.record(z.string(), z.unknown())).max(256) })).max(64),
  limits: z.array(text).max(64),
})

export type ModelCard = z.infer<typeof cardSchema>
export type FeatureHistogram = z.infer<typeof histogram>

/** Throws ModelFolderError naming the member at fault. */
export function readCard(folder: string, bytes: Uint8Array): ModelCard {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ModelFolderError('BAD_CARD', folder, 'card.json', 'is not JSON; write it anew', { cause })
  }
  const card = cardSchema.safeParse(json)
  if (card.success) return card.data
  const issue = card.error.issues[0]
  throw new ModelFolderError('BAD_CARD', folder, `card.json ${issue?.path.join('.') ?? ''}`, `${issue?.message ?? 'is malformed'}; write it anew`)
}
