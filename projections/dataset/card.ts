/** README.md of a data set: a dataset card, in the form that hubs and people read. */
import type { Manifest } from './manifest.js'
import { SPLITS } from './split.js'

/** @param manifest of everything but this card */
export function cardText({ chainId, logPosition, audit, options, splits, labels, passedOver }: Omit<Manifest, 'files'>): string {
  const rows = SPLITS.reduce((sum, split) => sum + splits.rows[split], 0)
  const files = SPLITS.map((split) => `  - split: ${split}\n    path: data/${split}.${options.format}`).join('\n')
  return `---
license: other
license_name: owner
task_categories:
- tabular-classification
tags:
- network-intrusion-detection
- calibration
configs:
- config_name: default
  data_files:
${files}
---
# Calibration data of CyberMesh chain ${chainId.slice(0, 16)}

What AI detectors said of network traffic, what a quorum of validators did with it, and what analysts found to be true.
One row is one anomaly that a detector published: its features, the scores and thresholds of every engine, the model,
times, and where all of it is proven. \`schema.json\` describes every column.

| | |
| --- | --- |
| rows | ${rows} |
| event log | the first ${logPosition} entries of chain \`${chainId}\` |
| audit tree over them | ${audit.treeSize} leaves, root \`${audit.root}\` |
| events that no read model could apply | ${passedOver} |

## Labels

\`label\` comes from signed verdicts of analysts, as they stood at that position of the log: what more analysts say than
say anything else. It is null without verdicts and in a tie. A verdict "duplicate" says nothing of truth.

| true_positive | false_positive | benign | no label |
| --- | --- | --- | --- |
| ${labels.true_positive} | ${labels.false_positive} | ${labels.benign} | ${labels.none} |

\`outcome\` and \`reason_code\` tell what became of a *message*: whether it was late, copied or wrongly signed. They say
nothing of the traffic. Trained on as labels they make a detector blind; they are here so that nobody has to guess.

${options.labelled ? 'Rows without a label were left out.\n' : ''}
## Splits

By \`published_at\` alone, never at random: ${options.split} percent of the rows in the order of time. Of the rows that
follow a boundary those of the first ${options.embargoMs / 1000} s are left out (${splits.embargoed} rows), since they
may belong to the same attack.

| split | rows | from |
| --- | --- | --- |
| train | ${splits.rows.train} | the beginning |
| validation | ${splits.rows.validation} | ${splits.validationFrom ?? '-'} |
| test | ${splits.rows.test} | ${splits.testFrom ?? '-'} |

## Known limits

- Only what a detector published is here. What it kept to itself is missing, so shares are not those of the traffic,
  unless \`decision\` names rows that were sampled.
- Rows with \`authentic\` = false come from nobody on the allow-list. Leave them out when training.
- Analysts look at what seems interesting: rows with a label are no random sample.
- Features are what the detector computed, not the traffic; a feature that is missing is null and not zero.
${addressNote(options.addresses)}

## Reproducing it

The same position, options and key give the same bytes: \`manifest.json\` has the SHA-256 of every file.

\`\`\`sh
npx cybermesh export calibration --format ${options.format} --position ${logPosition} --split ${options.split} --embargo ${options.embargoMs}ms --addresses ${options.addresses}${options.labelled ? ' --labelled' : ''}${options.proofs ? ' --proofs' : ''}${options.plot ? ' --plot' : ''} --out DIR
\`\`\`

## Licence

The data belongs to whoever runs the network it was observed on. CyberMesh grants no licence to it: ask its owner.
`
}

function addressNote(rule: Manifest['options']['addresses']): string {
  switch (rule) {
    case 'anonymise': return '- Addresses are anonymised by a keyed mapping that preserves prefixes (Crypto-PAn): networks can be told apart, hosts cannot\n  be named without the key. Whoever can send traffic through the detector can still mark addresses; treat it as personal data.'
    case 'keep': return '- Addresses are those of the traffic. Treat this as personal data.'
    case 'drop': return '- Addresses are left out.'
  }
}
