import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openUntilReboot } from './until-reboot.js'

describe.skipIf(!existsSync('/proc/sys/kernel/random/boot_id'))('a store until the next boot', () => {
  const path = mkdtempSync(join(tmpdir(), 'cybermesh-boot-'))
  afterEach(() => rmSync(path, { recursive: true, force: true }))

  test('keeps what was written while the machine is up, and drops what an earlier boot left', async () => {
    mkdirSync(join(path, 'boot-00000000'), { recursive: true })
    writeFileSync(join(path, 'boot-00000000', 'data.mdb'), 'torn')
    const first = openUntilReboot(path)
    first.transactionSync(() => void first.putSync('key', 'value'))
    await first.close()
    const second = openUntilReboot(path)
    expect(second.get('key')).toBe('value')
    await second.close()
    expect(readdirSync(path)).toHaveLength(1)
    expect(readdirSync(path)[0]).not.toBe('boot-00000000')
  })
})
