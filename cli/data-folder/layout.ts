/** Where everything lies in a data folder. */
import { join } from 'node:path'

export type Layout = ReturnType<typeof layoutOf>

export const layoutOf = (folder: string) => ({
  folder,
  marker: join(folder, 'cybermesh.json'),
  lock: join(folder, 'up.lock'),
  genesis: join(folder, 'genesis.json'),
  key: (name: string) => join(folder, 'keys', `${name}.key.json`),
  keys: join(folder, 'keys'),
  /** Maps addresses in exports. */
  anonymiseKey: join(folder, 'keys', 'anonymise.key'),
  validator: (name: string) => join(folder, name),
  safetyRecord: (name: string) => join(folder, name, 'safety.record'),
  /** What it cosigned last as a witness of the audit log. */
  witness: (name: string) => witnessFileOf(join(folder, name)),
  recorder: join(folder, 'recorder'),
  /** Checkpoint and tiles of the audit log. */
  audit: auditFolderOf(join(folder, 'recorder')),
  detector: (name: string) => join(folder, name),
  topics: join(folder, 'topics'),
  /** Names a Kafka cluster that holds the topics; absent: the embedded ones, in the folder above. */
  transportEngine: join(folder, 'transport.json'),
  kafkaUrl: join(folder, 'kafka.url'),
  kafkaCa: join(folder, 'kafka-ca.pem'),
  /** Files of models that an operator adds to those that ship with the program. */
  models: join(folder, 'models'),
  eventlog: join(folder, 'eventlog'),
  /** Names a server that holds the event log; absent: the embedded one, in the folder above. */
  eventlogEngine: join(folder, 'eventlog.json'),
  eventlogUrl: join(folder, 'eventlog.url'),
  timelines: join(folder, 'timelines'),
  /** Names another engine for timelines; absent: the embedded one, in the folder above. */
  timelinesEngine: join(folder, 'timelines.json'),
  redisUrl: join(folder, 'redis.url'),
  redisCa: join(folder, 'redis-ca.pem'),
  postgres: join(folder, 'postgres'),
  sqlUrl: join(folder, 'sql.url'),
  run: join(folder, 'run'),
  /** What runs now, for `status` and `doctor`. */
  running: join(folder, 'run', 'up.json'),
  /** What whoever owns this folder sends to the API to change something. Made anew by each `up`. */
  operatorToken: join(folder, 'run', 'operator.token'),
  apiKeys: join(folder, 'api-keys.json'),
  config: (name: string) => join(folder, 'run', `${name}.json`),
  log: (name: string) => join(folder, 'run', `${name}.log`),
})

/** In a validator's own folder, wherever that is. */
export const witnessFileOf = (validator: string): string => join(validator, 'witness.json')
/** In the recorder's own folder, wherever that is. */
export const auditFolderOf = (recorder: string): string => join(recorder, 'audit')

export const DEFAULT_FOLDER = '.cybermesh'
export const validatorName = (index: number): string => `validator-${index}`
/** Name of a detector's key and of its producer in the genesis. */
export const detectorKey = (index: number): string => `detector-${index}`
/** Of its process: the first has the name it had when it was the only one. */
export const detectorName = (index: number): string => (index === 0 ? 'detector' : detectorKey(index))
export const isDetectorName = (name: string): boolean => /^detector(-\d+)?$/.test(name)
export const RECORDER_KEY = 'recorder-0'
export const AUTHORITY_KEY = 'authority-0'
export const ANALYST_KEY = 'analyst-0'
