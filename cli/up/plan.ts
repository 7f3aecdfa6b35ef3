/** What `up` is going to run: one configuration a process, with ports chosen and the engines that the folder names. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { relative } from 'node:path'
import type { EventlogEngine, RoleConfigInput, RoleName, TimelinesEngine, TransportEngine } from '../config/schema.js'
import type { DataFolder } from '../data-folder/open.js'
import { detectorKey, detectorName, RECORDER_KEY } from '../data-folder/layout.js'
import { eventlogEngineOf } from '../shared/folder-log.js'
import { timelinesEngineOf } from '../shared/folder-timelines.js'
import { transportEngineOf } from '../shared/folder-transport.js'
import { freePorts } from '../../platform/free-port.js'
import { writeAtomic, writeJson } from '../shared/write-atomic.js'

export type PlannedRole = { readonly name: string; readonly role: RoleName; readonly configPath: string; readonly opsUrl: string }

export type Plan = {
  readonly validators: readonly PlannedRole[]
  readonly recorder: PlannedRole
  readonly projector: PlannedRole
  readonly api: PlannedRole
  /** At least one. */
  readonly detectors: readonly PlannedRole[]
}

/** `ratePerSecond` is what all detectors publish together. */
export type PlanOptions = { readonly apiPort: number; readonly flows: string | undefined; readonly detectors: number; readonly ratePerSecond: number | undefined; readonly baseTimeoutMs: number }

export async function plan({ layout, genesis }: DataFolder, options: PlanOptions): Promise<Plan> {
  mkdirSync(layout.run, { recursive: true })
  const count = genesis.validators.length
  const ports = await freePorts(2 * count + 3 + options.detectors)
  const p2p = ports.slice(0, count)
  const opsPorts = ports.slice(count)
  const here = (path: string): string => relative(layout.run, path)
  const common = (port: number) => ({ genesis: here(layout.genesis), ops: { host: '127.0.0.1', port }, logLevel: 'info' as const })
  const address = (index: number): string => `/ip4/127.0.0.1/tcp/${p2p[index]}`
  const validatorPeers = genesis.validators.map(({ publicKey }, index) => ({ publicKey, address: address(index) }))
  const recorderPeers = genesis.recorders.map(({ publicKey }) => ({ publicKey }))

  const write = <R extends RoleName>(config: RoleConfigInput<R> & { name: string; role: R; ops: { port: number } }): PlannedRole => {
    const configPath = layout.config(config.name)
    writeJson(configPath, config)
    return { name: config.name, role: config.role, configPath, opsUrl: `http://127.0.0.1:${config.ops.port}` }
  }

  const validators = genesis.validators.map(({ name }, index) => write<'validator'>({
    role: 'validator', name, ...common(opsPorts[index] as number), key: here(layout.key(name)), data: here(layout.validator(name)), models: here(layout.models),
    listen: address(index), peers: [...validatorPeers.filter((_, i) => i !== index), ...recorderPeers],
    transport: topicsOf(layout, here), baseTimeoutMs: options.baseTimeoutMs,
  }))
  const [recorderPort, projectorPort, apiOpsPort, ...detectorPorts] = opsPorts.slice(count) as [number, number, number, ...number[]]
  const recorder = write<'recorder'>({
    role: 'recorder', name: 'recorder', ...common(recorderPort), key: here(layout.key(RECORDER_KEY)), data: here(layout.recorder),
    peers: validatorPeers, transport: topicsOf(layout, here), eventlog: logOf(layout, here), operatorTokenFile: here(layout.operatorToken),
    witnesses: genesis.validators.map(({ publicKey }, index) => ({ identity: publicKey, url: (validators[index] as PlannedRole).opsUrl })),
  })
  const readModels = { eventlog: logOf(layout, here), sql: { urlFile: here(layout.sqlUrl) }, timelines: engineOf(layout, here) }
  const projector = write<'projector'>({ role: 'projector', name: 'projector', ...common(projectorPort), ...readModels })
  const detectors = detectorPorts.map((port, index) => write<'detector'>({
    role: 'detector', name: detectorName(index), ...common(port), key: here(layout.key(detectorKey(index))), data: here(layout.detector(detectorName(index))), transport: topicsOf(layout, here),
    shift: index / options.detectors,
    ...(options.flows === undefined ? {} : { flows: options.flows }),
    ...(options.ratePerSecond === undefined ? {} : { ratePerSecond: options.ratePerSecond / options.detectors }),
  }))
  const others = [...validators, recorder, projector, ...detectors]
  writeAtomic(layout.operatorToken, `${randomBytes(32).toString('hex')}\n`, 0o600)
  const api = write<'api'>({
    role: 'api', name: 'api', ...common(apiOpsPort), host: '127.0.0.1', port: options.apiPort, ...readModels,
    transport: topicsOf(layout, here), operations: true,
    operatorTokenFile: here(layout.operatorToken), ...(existsSync(layout.apiKeys) ? { apiKeysFile: here(layout.apiKeys) } : {}),
    audit: { folder: here(layout.audit) },
    roles: Object.fromEntries(others.map(({ name, opsUrl }) => [name, opsUrl])),
  })
  return { validators, recorder, projector, api, detectors }
}

function logOf(layout: DataFolder['layout'], here: (path: string) => string): EventlogEngine {
  const engine = eventlogEngineOf(layout)
  if (engine.kind === 'embedded') return { ...engine, path: here(engine.path) }
  return { ...engine, ...(engine.urlFile === undefined ? {} : { urlFile: here(engine.urlFile) }) }
}

function topicsOf(layout: DataFolder['layout'], here: (path: string) => string): TransportEngine {
  const engine = transportEngineOf(layout)
  if (engine.kind === 'embedded') return { ...engine, path: here(engine.path) }
  return { ...engine, urlFile: here(engine.urlFile), ...(engine.caFile === undefined ? {} : { caFile: here(engine.caFile) }) }
}

/** As the folder says, with paths as the configuration file needs them. */
function engineOf(layout: DataFolder['layout'], here: (path: string) => string): TimelinesEngine {
  const engine = timelinesEngineOf(layout)
  if (engine.kind === 'embedded') return { ...engine, path: here(engine.path) }
  return { ...engine, urlFile: here(engine.urlFile), ...(engine.caFile === undefined ? {} : { caFile: here(engine.caFile) }) }
}

export const allButDetectors = ({ validators, recorder, projector, api }: Plan): readonly PlannedRole[] => [...validators, recorder, projector, api]
export const allRoles = (plan: Plan): readonly PlannedRole[] => [...allButDetectors(plan), ...plan.detectors]
