import { describe, expect, it } from 'vitest'
import { readAll, tempFile } from '../testing/files.js'
import { splitCsv } from './cicflowmeter.js'
import type { FlowRecord } from './records.js'
import { parseTime } from './times.js'

const CORRECTED = 'id,Flow ID,Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Total Fwd Packet,Total Bwd packets,Total Length of Fwd Packet,Total Length of Bwd Packet,Flow Bytes/s,SYN Flag Count,RST Flag Count,Fwd Act Data Pkts,Label'
const LATER = 'Flow ID,Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Tot Fwd Pkts,Tot Bwd Pkts,TotLen Fwd Pkts,TotLen Bwd Pkts,Flow Byts/s,SYN Flag Cnt,RST Flag Cnt,Fwd Act Data Pkts,Label'
const ORIGINAL = 'Flow ID, Source IP, Source Port, Destination IP, Destination Port, Protocol, Timestamp, Flow Duration, Total Fwd Packets, Total Backward Packets,Total Length of Fwd Packets, Total Length of Bwd Packets,Flow Bytes/s, SYN Flag Count, RST Flag Count, act_data_pkt_fwd, Label'
const values = (time: string, rate = '12.5'): string => `10.0.0.1,40000,10.0.0.2,80,6,${time},2500000,5,4,300,9000,${rate},2,1,1,BENIGN`

const flows = async (text: string): Promise<FlowRecord[]> => (await readAll(tempFile(text))).filter((item): item is FlowRecord => item.kind === 'flow')

describe('CICFlowMeter CSV', () => {
  const dialects: readonly (readonly [string, string, string])[] = [
    ['corrected', CORRECTED, `7,a-b,${values('2017-07-07 19:02:39.182486')}`],
    ['later', LATER, `a-b,${values('07/07/2017 07:02:39 PM')}`],
    ['original', ORIGINAL, `a-b,${values('7/7/2017 19:02:39')}`],
  ]
  for (const [name, header, row] of dialects) {
    it(`is read in the ${name} dialect, with one name for each column`, async () => {
      const [flow] = await flows(`${header}\r\n${row}\r\n`)
      expect(flow).toMatchObject({
        source: '10.0.0.1', sourcePort: 40_000, destination: '10.0.0.2', destinationPort: 80, protocol: 6,
        forwardPackets: 5, backwardPackets: 4, forwardBytes: 300, backwardBytes: 9000, byteLayer: 'payload',
        synPackets: 2, rstPackets: 1, forwardDataPackets: 1, label: 'BENIGN',
      })
      expect(flow?.features()['Total Fwd Packet']).toBe(5)
      expect(Math.floor((flow?.startMs ?? 0) / 1000)).toBe(Date.UTC(2017, 6, 7, 19, 2, 39) / 1000)
      expect((flow?.endMs ?? 0) - (flow?.startMs ?? 0)).toBeCloseTo(2500, 3)
    })
  }

  it('names the columns that are missing', async () => {
    await expect(readAll(tempFile('Src IP,Dst IP,Flow Duration,Total Fwd Packets\n')))
      .rejects.toMatchObject({ code: 'MISSING_COLUMNS', message: expect.stringContaining('Dst Port, Protocol, Timestamp, Total Bwd packets') as string })
  })

  it('counts bad rows with their reason and reads the rest', async () => {
    const items = await readAll(tempFile([CORRECTED, '1,2,3', `7,a-b,${values('yesterday')}`, `7,a-b,${values('2017-07-07 19:02:39')}`.replace(',5,4,', ',x,4,'),
      `7,a-b,${values('2017-07-07 19:02:39')}`].join('\n')))
    expect(items.map((item) => item.kind === 'skipped' ? item.reason : item.kind)).toEqual(['bad-row', 'bad-time', 'bad-number', 'flow'])
  })

  it('writes 0 where the original wrote Infinity or NaN', async () => {
    for (const rate of ['Infinity', 'NaN', '']) {
      const [flow] = await flows(`${CORRECTED}\n7,a-b,${values('2017-07-07 19:02:39', rate)}`)
      expect(flow?.features()['Flow Bytes/s']).toBe(0)
    }
  })

  it('brings shuffled rows into order of time', async () => {
    const rows = ['2017-07-07 19:02:39', '2017-07-07 19:02:37', '2017-07-07 19:02:38'].map((time) => `7,a-b,${values(time)}`)
    const starts = (await flows([CORRECTED, ...rows].join('\n'))).map((flow) => flow.startMs)
    expect(starts).toEqual([...starts].sort((a, b) => a - b))
  })

  it('splits quoted cells', () => {
    expect(splitCsv('a,"b,c","d ""e"""')).toEqual(['a', 'b,c', 'd "e"'])
  })

  it('reads 12-hour and 24-hour times day first', () => {
    expect(parseTime('03/07/2017 08:55:58 AM')).toBe(Date.UTC(2017, 6, 3, 8, 55, 58))
    expect(parseTime('03/07/2017 12:00:00 AM')).toBe(Date.UTC(2017, 6, 3))
    expect(parseTime('3/7/2017 8:55')).toBe(Date.UTC(2017, 6, 3, 8, 55))
    expect(parseTime('2017-13-03 08:55:58')).toBeUndefined()
  })
})
