/** What Suricata, where it is installed, makes of a capture. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const HAS_SURICATA = spawnSync('suricata', ['-V']).status === 0
/** Appended to the names of tests that are skipped without it. */
export const NEEDS_SURICATA = HAS_SURICATA ? '' : ' (skipped: install suricata)'

/** @param read what is done with its eve.json, which is removed then */
export async function withEve<T>(capture: string, read: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-suricata-'))
  try {
    const { status, stderr } = spawnSync('suricata', ['-r', capture, '-S', '/dev/null', '-k', 'none', '-l', folder], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`suricata ended with ${String(status)}: ${stderr.slice(-500)}`)
    return await read(join(folder, 'eve.json'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
