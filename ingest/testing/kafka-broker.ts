/** Whether a Kafka broker can run here: Java and Maven are there. With CYBERMESH_FULL=1 their absence is a failure. */
import { execFileSync } from 'node:child_process'

const answers = (command: string, word: string): boolean => {
  try {
    execFileSync(command, [word], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export const skipsKafka = process.env['CYBERMESH_FULL'] !== '1' && !(answers('java', '-version') && answers('mvn', '-version'))
