/** The round table made of what validators say over HTTP, and of what their disks know where they are stopped. */
import { validatorSetOf, type Genesis } from '../../domain/genesis.js'
import type { NodeStatus } from '../../consensus/node/validator-node.js'
import { openBlockStore, type BlockStore } from '../../consensus/storage/block-store.js'
import { readSafetyFile } from '../../consensus/storage/safety-record/read.js'
import type { Seat, SeatPeer } from '../../graphql/round-table.js'
import { hasStore } from '../../platform/lmdb/foreign-store.js'
import type { DataFolder } from '../data-folder/open.js'
import { fetchStatus, type RoleStatus } from './fetch-status.js'
import { blockStoreFolder } from './stopped-folder.js'

type Member = { readonly name: string; readonly id: string }

/** @param urlOf where a validator's status is, by name; undefined where nobody said */
export async function askRoundTable(genesis: Genesis, urlOf: (name: string) => string | undefined): Promise<readonly Seat[]> {
  const members = membersOf(genesis)
  return Promise.all(members.map(async (member, index) => {
    const url = urlOf(member.name)
    const status = url === undefined ? undefined : await fetchStatus(url)
    return status?.ok === true ? seatOf(member, index, status, members) : emptySeat(member)
  }))
}

/** Of a stopped folder: the last view each one signed in, the highest certificate it kept, the height it stored. */
export async function readRoundTable(data: DataFolder): Promise<readonly Seat[]> {
  const seats: Seat[] = []
  for (const member of membersOf(data.genesis)) {
    const record = recordOf(data.layout.safetyRecord(member.name))
    seats.push({
      ...emptySeat(member), ...await headOf(blockStoreFolder(data.layout, member.name)),
      view: record?.lastVotedView ?? null, highQcView: record?.highQc.data.view ?? null, highQcHeight: record?.highQc.data.height ?? null,
    })
  }
  return seats
}

const membersOf = (genesis: Genesis): readonly Member[] =>
  validatorSetOf(genesis).validators.map(({ id }, index) => ({ id, name: genesis.validators[index]?.name ?? id.slice(0, 8) }))

export const emptySeat = ({ name, id }: Member): Seat => ({
  name, validatorId: id, isUp: false, view: null, leader: null, highQcView: null, highQcHeight: null, committedHeight: null, stateRoot: null,
  viewChanges: null, score: null, isJailed: null, halted: null, refusedMessages: null, peers: [],
})

/** The status of a validator may come from another version: a field that is missing is not known. */
function seatOf(member: Member, index: number, answer: RoleStatus, members: readonly Member[]): Seat {
  const status = answer as Partial<NodeStatus>
  const nameOf = (id: string | undefined): string | null => members.find((known) => known.id === id)?.name ?? null
  const standing = status.standings?.[index]
  return {
    ...emptySeat(member), isUp: true, view: status.view ?? null, leader: nameOf(status.leader), highQcView: status.highQcView ?? null,
    highQcHeight: status.highQcHeight ?? null, committedHeight: status.committedHeight ?? null, stateRoot: status.stateRoot ?? null,
    viewChanges: status.viewChanges ?? null, score: standing?.score ?? null, isJailed: standing?.isJailed ?? null, halted: status.haltReason ?? null,
    refusedMessages: status.refusals?.reduce((sum, { count }) => sum + count, 0) ?? null,
    peers: (status.peers ?? []).map(({ id, lastSeenAt, ...peer }): SeatPeer => ({
      name: nameOf(id) ?? id.slice(0, 8), lastSeenAt: lastSeenAt === null ? null : new Date(lastSeenAt),
      isConnected: peer.isConnected, view: peer.view, committedHeight: peer.committedHeight, points: peer.points, cutOffForMs: peer.cutOffForMs,
    })),
  }
}

function recordOf(path: string): ReturnType<typeof readSafetyFile>['entries'][number]['record'] | undefined {
  try {
    return readSafetyFile(path).entries.at(-1)?.record
  } catch {
    return undefined // `doctor` says what is wrong with it.
  }
}

async function headOf(folder: string): Promise<Pick<Seat, 'committedHeight' | 'stateRoot'>> {
  let store: BlockStore | undefined
  try {
    if (!hasStore(folder)) return { committedHeight: null, stateRoot: null }
    store = openBlockStore(folder)
    const header = store.head()?.block.header
    return { committedHeight: header?.height ?? 0, stateRoot: header?.stateRoot ?? null }
  } catch {
    return { committedHeight: null, stateRoot: null } // A damaged store has no height; `doctor` says what is wrong with it.
  } finally {
    await store?.close()
  }
}
