/**
 * The column names of CICFlowMeter's three dialects, mapped to one canonical name.
 * The original tool (2017), its later releases (`Tot Fwd Pkts`) and the corrected fork of Engelen and Liu (`Total Fwd
 * Packet`) spell the same columns differently, and tables and JSON write them as `tot_fwd_pkts`: names are compared in
 * lower case, with every run of other signs than letters and digits as one space.
 */

type Alias = readonly [canonical: string, ...spellings: string[]]

/** Canonical names are those of the corrected fork. */
const ALIASES: readonly Alias[] = [
  ['Src IP', 'Source IP'],
  ['Src Port', 'Source Port'],
  ['Dst IP', 'Destination IP'],
  ['Dst Port', 'Destination Port'],
  ['Protocol'],
  ['Timestamp'],
  ['Flow Duration'],
  ['Total Fwd Packet', 'Total Fwd Packets', 'Tot Fwd Pkts'],
  ['Total Bwd packets', 'Total Backward Packets', 'Tot Bwd Pkts'],
  ['Total Length of Fwd Packet', 'Total Length of Fwd Packets', 'TotLen Fwd Pkts'],
  ['Total Length of Bwd Packet', 'Total Length of Bwd Packets', 'TotLen Bwd Pkts'],
  ['Fwd Packet Length Max', 'Fwd Pkt Len Max'],
  ['Fwd Packet Length Min', 'Fwd Pkt Len Min'],
  ['Fwd Packet Length Mean', 'Fwd Pkt Len Mean'],
  ['Fwd Packet Length Std', 'Fwd Pkt Len Std'],
  ['Bwd Packet Length Max', 'Bwd Pkt Len Max'],
  ['Bwd Packet Length Min', 'Bwd Pkt Len Min'],
  ['Bwd Packet Length Mean', 'Bwd Pkt Len Mean'],
  ['Bwd Packet Length Std', 'Bwd Pkt Len Std'],
  ['Flow Bytes/s', 'Flow Byts/s'],
  ['Flow Packets/s', 'Flow Pkts/s'],
  ['Flow IAT Mean'], ['Flow IAT Std'], ['Flow IAT Max'], ['Flow IAT Min'],
  ['Fwd IAT Total', 'Fwd IAT Tot'], ['Fwd IAT Mean'], ['Fwd IAT Std'], ['Fwd IAT Max'], ['Fwd IAT Min'],
  ['Bwd IAT Total', 'Bwd IAT Tot'], ['Bwd IAT Mean'], ['Bwd IAT Std'], ['Bwd IAT Max'], ['Bwd IAT Min'],
  ['Fwd PSH Flags'], ['Bwd PSH Flags'], ['Fwd URG Flags'], ['Bwd URG Flags'], ['Fwd RST Flags'], ['Bwd RST Flags'],
  ['Fwd Header Length', 'Fwd Header Len'],
  ['Bwd Header Length', 'Bwd Header Len'],
  ['Fwd Packets/s', 'Fwd Pkts/s'],
  ['Bwd Packets/s', 'Bwd Pkts/s'],
  ['Packet Length Min', 'Min Packet Length', 'Pkt Len Min'],
  ['Packet Length Max', 'Max Packet Length', 'Pkt Len Max'],
  ['Packet Length Mean', 'Pkt Len Mean'],
  ['Packet Length Std', 'Pkt Len Std'],
  ['Packet Length Variance', 'Pkt Len Var'],
  ['FIN Flag Count', 'FIN Flag Cnt'],
  ['SYN Flag Count', 'SYN Flag Cnt'],
  ['RST Flag Count', 'RST Flag Cnt'],
  ['PSH Flag Count', 'PSH Flag Cnt'],
  ['ACK Flag Count', 'ACK Flag Cnt'],
  ['URG Flag Count', 'URG Flag Cnt'],
  // The original misspells CWR as CWE.
  ['CWR Flag Count', 'CWE Flag Count'],
  ['ECE Flag Count', 'ECE Flag Cnt'],
  ['Down/Up Ratio'],
  ['Average Packet Size', 'Pkt Size Avg'],
  ['Fwd Segment Size Avg', 'Avg Fwd Segment Size', 'Fwd Seg Size Avg'],
  ['Bwd Segment Size Avg', 'Avg Bwd Segment Size', 'Bwd Seg Size Avg'],
  ['FWD Init Win Bytes', 'Init_Win_bytes_forward', 'Init Fwd Win Byts'],
  ['Bwd Init Win Bytes', 'Init_Win_bytes_backward', 'Init Bwd Win Byts'],
  ['Fwd Act Data Pkts', 'act_data_pkt_fwd'],
  ['Fwd Seg Size Min', 'min_seg_size_forward'],
  ['Active Mean'], ['Active Std'], ['Active Max'], ['Active Min'],
  ['Idle Mean'], ['Idle Std'], ['Idle Max'], ['Idle Min'],
  ['ICMP Code'], ['ICMP Type'],
  ['Total TCP Flow Time'],
  ['Label'],
]

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim()

const BY_SPELLING: ReadonlyMap<string, string> = new Map(
  ALIASES.flatMap(([canonical, ...others]) => [canonical, ...others].map((name) => [plain(name), canonical] as const)),
)

/** Without these a row is not a flow between two hosts. */
export const REQUIRED_COLUMNS = [
  'Src IP', 'Dst IP', 'Dst Port', 'Protocol', 'Timestamp', 'Flow Duration', 'Total Fwd Packet', 'Total Bwd packets',
] as const

/** The class of a labelled data set: it is never a feature, and sources other than files do not even read it. */
export const LABEL = 'Label'

/** Columns that say who, when and what class; a model must not learn from them. */
export const NOT_FEATURES: ReadonlySet<string> = new Set(['Src IP', 'Src Port', 'Dst IP', 'Dst Port', 'Protocol', 'Timestamp', LABEL])

export type Columns = {
  readonly count: number
  /** Canonical name to index; the first wins where a dialect has a column twice (`Fwd Header Length`). */
  readonly index: ReadonlyMap<string, number>
  /** Numeric columns that go into a record's features. */
  readonly features: readonly (readonly [name: string, index: number])[]
  readonly missing: readonly string[]
}

export function resolveColumns(header: readonly string[]): Columns {
  const index = new Map<string, number>()
  header.forEach((name, at) => {
    const canonical = BY_SPELLING.get(plain(name))
    if (canonical !== undefined && !index.has(canonical)) index.set(canonical, at)
  })
  return {
    count: header.length,
    index,
    features: [...index].filter(([name]) => !NOT_FEATURES.has(name)),
    missing: REQUIRED_COLUMNS.filter((name) => !index.has(name)),
  }
}

/** A header line of any dialect names at least one packet count and the duration. */
export function looksLikeCicFlowMeter(header: readonly string[]): boolean {
  const { index } = resolveColumns(header)
  return index.has('Flow Duration') || index.has('Total Fwd Packet')
}
