/**
 * Every number the rules compare with, and where it comes from. R1-R4: measured on ten foreign DDoS captures and 92
 * captures of ordinary applications (docs/detector.md), 0 false windows of 892. R5-R8 are ours; docs/detector.md says
 * how they were chosen.
 */
export const LIMITS = {
  /** Windows below this are never judged: 20 packets in a second towards one host. */
  windowPackets: 20,
  /** R1: many sources, nearly one-way. Benign p99: 10 sources a second to one host. */
  R1: { sources: 50, inboundShare: 0.9 },
  /** R2: half-open connections. */
  R2: { syn: 100, synPerAck: 5 },
  /** R3: fragments, nearly one-way by bytes. */
  R3: { fragmentShare: 0.5, packets: 100, inboundByteShare: 0.9 },
  /** R4: flow churn. Benign p99: 29 flows a second to one host. */
  R4: { flows: 200, packetsPerFlow: 4 },
  /** R5: one source tries many ports of one host, or one port of many hosts, within a minute, and uses almost none. */
  R5: { ports: 50, hosts: 50, unusedShare: 0.8 },
  /** From here on the volume is the harm: a SYN flood over random ports (CIC-DDoS2019: 18 778 a second) is no scan. */
  scanSyn: 5000,
  /** R6: half-idle connections to one service at one moment, several from each source. */
  R6: { halfIdle: 50, perSource: 5 },
  /** R7: one source opens and uses this many connections to one service within a minute. */
  R7: { connections: 200 },
  /** R8: the same to a login service, where ordinary clients open few. */
  R8: { connections: 20 },
} as const

/** A window with at least this many sources is a distributed attack. */
export const DISTRIBUTED_SOURCES = 10

/** FTP, SSH, Telnet, SMB, RDP, VNC: services whose clients log in once. */
export const LOGIN_PORTS: ReadonlySet<number> = new Set([21, 22, 23, 445, 3389, 5900])
