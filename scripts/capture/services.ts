/** The servers of the test network and what ordinary people do with them, all through the usual programs. */
import { spawnSync, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { HOSTS, runOn, startOn } from './hosts.js'

export type Benign = { readonly what: string; readonly tool: string; readonly clients: readonly string[]; readonly server: string }

export const BENIGN: readonly Benign[] = [
  { what: 'web browsing', tool: 'curl', clients: [HOSTS.alice.address, HOSTS.bob.address], server: HOSTS.web.address },
  { what: 'name resolution', tool: 'dig', clients: [HOSTS.alice.address, HOSTS.bob.address], server: HOSTS.dns.address },
  { what: 'file upload', tool: 'curl -T', clients: [HOSTS.bob.address], server: HOSTS.web.address },
  { what: 'shell session', tool: 'ssh', clients: [HOSTS.alice.address], server: HOSTS.web.address },
  { what: 'file copy', tool: 'rsync over ssh', clients: [HOSTS.bob.address], server: HOSTS.web.address },
]

/** @param folder a scratch folder for keys and files */
export function startServers(folder: string): readonly ChildProcess[] {
  for (const name of ['host', 'user']) mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  writeFileSync(join(folder, 'upload.bin'), Buffer.alloc(300_000, 'a file that is copied '))
  return [
    startOn(HOSTS.web, [process.execPath, '--import', 'tsx', new URL('web-server.ts', import.meta.url).pathname], true),
    startOn(HOSTS.web, ['/usr/sbin/sshd', '-D', '-e', '-f', '/dev/null', '-h', join(folder, 'host'), '-o', 'UsePAM=no',
      '-o', `AuthorizedKeysFile=${join(folder, 'user.pub')}`, '-o', 'StrictModes=no', '-o', 'PermitRootLogin=prohibit-password', '-o', 'PidFile=none']),
    startOn(HOSTS.dns, ['dnsmasq', '--no-daemon', '--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--pid-file=',
      '--address=/web.lab.example/10.77.0.10', '--address=/files.lab.example/10.77.0.10', '--host-record=dns.lab.example,10.77.0.53']),
  ]
}

/** Ordinary use until `until` (milliseconds of performance.now). */
export async function useServices(folder: string, until: number): Promise<void> {
  const ssh = ['ssh', '-i', join(folder, 'user'), '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null']
  const web = `http://${HOSTS.web.address}`
  const lookUp = (name: string): string[] => ['dig', '+tries=1', '+time=2', `@${HOSTS.dns.address}`, name]
  const repeat = async (everyMs: number, steps: readonly (() => Promise<void>)[]): Promise<void> => {
    for (let i = 0; performance.now() < until; i++) {
      await (steps[i % steps.length] as () => Promise<void>)()
      await sleep(everyMs)
    }
  }
  const browse = (host: typeof HOSTS.alice | typeof HOSTS.bob, everyMs: number): Promise<void> => repeat(everyMs, [
    () => runOn(host, lookUp('web.lab.example')),
    // One process, one kept connection: page, style and picture, as a browser loads them.
    () => runOn(host, ['curl', '-s', '-m', '5', `${web}/`, `${web}/style.css`, `${web}/logo.png`]),
    () => runOn(host, ['curl', '-s', '-m', '5', `${web}/news`]),
  ])
  await Promise.all([
    browse(HOSTS.alice, 500),
    browse(HOSTS.bob, 900),
    repeat(2500, [() => runOn(HOSTS.bob, lookUp('files.lab.example')), () => runOn(HOSTS.bob, lookUp('missing.lab.example'))]),
    runOn(HOSTS.alice, [...ssh, `root@${HOSTS.web.address}`, 'for i in $(seq 1 20); do date; sleep 1; done']),
    sleep(2000).then(() => runOn(HOSTS.bob, ['curl', '-s', '-m', '20', '--limit-rate', '100k', '-T', join(folder, 'upload.bin'), `${web}/upload`])),
    sleep(12_000).then(() => runOn(HOSTS.bob, ['rsync', '--bwlimit=60', '-e', ssh.join(' '), join(folder, 'upload.bin'), `root@${HOSTS.web.address}:${join(folder, 'copy.bin')}`])),
  ])
}

function mustRun(program: string, args: readonly string[]): void {
  const result = spawnSync(program, args, { encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${program} failed: ${result.stderr || result.error?.message || 'no output'}`)
}
