import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { expect, test } from 'vitest'
import { giveWay } from './give-way.js'

test('a process of a session of its own gives way, and its session with it', () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { detached: true, stdio: 'ignore' })
  try {
    const pid = child.pid as number
    giveWay(pid)
    expect(getPriority(pid)).toBe(10)
    const session = `/proc/${pid}/autogroup`
    if (existsSync(session)) expect(readFileSync(session, 'utf8')).toMatch(/nice 10$/m)
  } finally {
    child.kill('SIGKILL')
  }
})
