/** Fetches the jars of a Kafka broker with Maven, once a version, into the folder where tools of this project keep theirs. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Both lines that people run; the older one is the last that ran without the new group protocol. */
export const KAFKA_VERSIONS = ['3.9.1', '4.1.1'] as const
export type KafkaVersion = (typeof KAFKA_VERSIONS)[number]

const here = dirname(fileURLToPath(import.meta.url))
const cache = join(here, '..', '..', 'node_modules', '.cache', 'cybermesh')
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
const LONGEST_MS = 600_000

/** Folder with the jars. Throws with a sentence where Maven or Java is missing, or the jars cannot be had. */
export async function installKafka(version: KafkaVersion): Promise<string> {
  const jars = join(cache, `kafka-${version}`)
  if (existsSync(jars)) return jars
  mkdirSync(cache, { recursive: true })
  // Filled aside and renamed, so that an install that was cut short is not taken for a whole one.
  const aside = `${jars}-${process.pid}`
  try {
    await run('mvn', ['-q', '-B', '-ntp', '-f', join(here, 'pom.xml'), COPY, '-DincludeScope=runtime', `-Dkafka.version=${version}`, `-DoutputDirectory=${aside}`])
    renameSync(aside, jars)
  } catch (error) {
    // Another process may have been quicker.
    if (!existsSync(jars)) throw error
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
  return jars
}

/** Runs a command to its end and gives what it printed. Throws with what it said on its way out. */
export async function run(command: string, words: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(command, words, { timeout: LONGEST_MS, maxBuffer: 16 * 1024 * 1024 })).stdout
  } catch (error) {
    const { code, stderr, stdout } = error as { code?: unknown; stderr?: string; stdout?: string }
    if (code === 'ENOENT') throw new Error(`${command} is not installed; a Kafka broker needs Java 17 or later and Maven (apt-get install openjdk-17-jre-headless maven)`, { cause: error })
    throw new Error(`${command} ${words.at(-1) ?? ''} failed: ${(stderr || stdout || String(error)).trim().split('\n').slice(-5).join('\n')}`, { cause: error })
  }
}
