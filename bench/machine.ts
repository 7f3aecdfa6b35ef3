/** On what a figure was measured: no result goes without it. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

export type Machine = {
  readonly cores: number
  readonly cpu: string
  readonly memoryGb: number
  readonly node: string
  readonly platform: string
  /** Of the last minute before the run: figures made beside other work are lower. */
  readonly loadAverage: number
}

export const describeMachine = (): Machine => ({
  cores: availableParallelism(), cpu: cpus()[0]?.model.trim() ?? 'unknown', memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version, platform: `${process.platform}-${process.arch}`, loadAverage: Math.round((loadavg()[0] ?? 0) * 10) / 10,
})

export const renderMachine = ({ cores, cpu, platform, node, memoryGb, loadAverage }: Machine): string =>
  `${cores} cores (${cpu}, ${platform}), ${memoryGb} GB, Node ${node}, load average ${loadAverage} before the run`
