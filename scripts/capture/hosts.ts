/** The test network: hosts as network namespaces on one switch, joined to nothing else, so no packet leaves it. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'

export type Host = { readonly name: string; readonly address: string; readonly role: string }

export const HOSTS = {
  web: { name: 'web', address: '10.77.0.10', role: 'web server and SSH server' },
  dns: { name: 'dns', address: '10.77.0.53', role: 'name server' },
  alice: { name: 'alice', address: '10.77.0.21', role: 'client' },
  bob: { name: 'bob', address: '10.77.0.22', role: 'client' },
  mallory: { name: 'mallory', address: '10.77.0.66', role: 'attacker' },
  trudy: { name: 'trudy', address: '10.77.0.67', role: 'attacker' },
  router: { name: 'router', address: '10.77.0.1', role: 'swallows answers to spoofed addresses' },
} as const satisfies Record<string, Host>

/** Spoofed sources come from here; the router drops what is sent back. */
export const SPOOFED_NETWORK = '10.66.0.0/16'

const PREFIX = 'cmlab-'
const SWITCH = `${PREFIX}switch`
const BRIDGE = 'br0'

const namespaceOf = (host: Host): string => `${PREFIX}${host.name}`

/** Builds the network. Throws when a step fails, after taking down what was built. */
export function buildNetwork(): void {
  try {
    ip('netns', 'add', SWITCH)
    inNamespace(SWITCH, 'ip', 'link', 'add', BRIDGE, 'type', 'bridge')
    inNamespace(SWITCH, 'ip', 'link', 'set', BRIDGE, 'up')
    for (const host of Object.values(HOSTS)) plug(host)
    inNamespace(namespaceOf(HOSTS.router), 'ip', 'route', 'add', 'blackhole', SPOOFED_NETWORK)
    for (const host of [HOSTS.web, HOSTS.dns]) {
      inNamespace(namespaceOf(host), 'ip', 'route', 'add', SPOOFED_NETWORK, 'via', HOSTS.router.address)
      // One retry instead of five: a half-open connection is forgotten within the recording.
      inNamespace(namespaceOf(host), 'sysctl', '-qw', 'net.ipv4.tcp_synack_retries=1')
    }
  } catch (error) {
    removeNetwork()
    throw error
  }
}

function plug(host: Host): void {
  const namespace = namespaceOf(host)
  const port = `to-${host.name}`
  ip('netns', 'add', namespace)
  inNamespace(SWITCH, 'ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
  inNamespace(SWITCH, 'ip', 'link', 'set', port, 'master', BRIDGE, 'up')
  inNamespace(namespace, 'ip', 'link', 'set', 'lo', 'up')
  inNamespace(namespace, 'ip', 'address', 'add', `${host.address}/24`, 'dev', 'eth0')
  inNamespace(namespace, 'ip', 'link', 'set', 'eth0', 'up')
  inNamespace(namespace, 'sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0')
  // Segmentation offload would record frames of 64 KB that no wire carries.
  inNamespace(namespace, 'ethtool', '-K', 'eth0', 'tso', 'off', 'gso', 'off', 'gro', 'off', 'tx', 'off')
  inNamespace(SWITCH, 'ethtool', '-K', port, 'tso', 'off', 'gso', 'off', 'gro', 'off', 'tx', 'off')
}

/** Removes the namespaces of this network, and with them everything in them. */
export function removeNetwork(): void {
  for (const namespace of [...Object.values(HOSTS).map(namespaceOf), SWITCH]) {
    spawnSync('ip', ['netns', 'delete', namespace], { stdio: 'ignore' })
  }
}

/** Starts a program on a host. Its output is dropped unless `show` is set. */
export function startOn(host: Host, command: readonly string[], show = false): ChildProcess {
  return spawn('ip', ['netns', 'exec', namespaceOf(host), ...command], { stdio: ['ignore', show ? 'inherit' : 'ignore', show ? 'inherit' : 'ignore'] })
}

/** Starts a program where every frame between the hosts can be seen. */
export function startOnSwitch(command: readonly string[]): ChildProcess {
  return spawn('ip', ['netns', 'exec', SWITCH, ...command], { stdio: 'ignore' })
}

/** Runs a program on a host to its end; resolves whatever its exit code is. */
export async function runOn(host: Host, command: readonly string[]): Promise<void> {
  const child = startOn(host, command)
  await new Promise((resolve) => child.once('exit', resolve))
}

export const SWITCH_INTERFACE = BRIDGE

const ip = (...args: string[]): void => { mustRun('ip', args) }
const inNamespace = (namespace: string, ...command: string[]): void => { mustRun('ip', ['netns', 'exec', namespace, ...command]) }

function mustRun(program: string, args: readonly string[]): void {
  const result = spawnSync(program, args, { encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${result.stderr.trim() || result.error?.message || 'no output'}`)
}
