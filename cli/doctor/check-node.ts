/** Can this Node.js run the program? */
import { fail, ok, type Finding } from './finding.js'

const LEAST = [20, 19] as const

export function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isNewEnough = major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])
  return isNewEnough ? ok('node', `version ${version}`) : fail('node', `version ${version} is too old; install Node.js ${LEAST.join('.')} or newer`)
}
