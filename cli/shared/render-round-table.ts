/** The round table for people: one line a validator, then who has heard whom. */
import Table from 'cli-table3'
import type { Seat, SeatPeer } from '../../graphql/round-table.js'

const plain = { style: { head: [], border: [] } }
const shown = (value: number | string | null): string => (value === null ? '-' : String(value))

/** @param now for the age of what was heard */
export function renderRoundTable(seats: readonly Seat[], now: number): string {
  const table = new Table({ head: ['validator', 'height', 'view', 'leader of it', 'highest certificate', 'view changes', 'score', 'refused', 'state root'], ...plain })
  for (const seat of seats) {
    const certificate = seat.highQcView === null ? '-' : `view ${seat.highQcView}, height ${shown(seat.highQcHeight)}`
    const score = seat.isJailed === true ? 'jailed' : shown(seat.score)
    table.push([seat.name, shown(seat.committedHeight), shown(seat.view), shown(seat.leader), certificate, shown(seat.viewChanges), score, shown(seat.refusedMessages), seat.stateRoot?.slice(0, 16) ?? '-'])
  }
  const halted = seats.filter((seat) => seat.halted !== null).map((seat) => `${seat.name} has stopped signing: ${seat.halted}`)
  const heard = seats.some(({ peers }) => peers.length > 0) ? [`who heard whom: view, how long ago\n${renderHearing(seats, now)}`] : []
  return [table.toString(), ...heard, ...halted].join('\n')
}

function renderHearing(seats: readonly Seat[], now: number): string {
  const table = new Table({ head: ['', ...seats.map(({ name }) => name)], ...plain })
  for (const seat of seats) {
    table.push([seat.name, ...seats.map((other) => {
      if (other.name === seat.name) return ''
      const peer = seat.peers.find(({ name }) => name === other.name)
      return peer === undefined ? '-' : hearing(peer, now)
    })])
  }
  return table.toString()
}

function hearing({ isConnected, lastSeenAt, view, cutOffForMs }: SeatPeer, now: number): string {
  if (cutOffForMs > 0) return `cut off for ${Math.ceil(cutOffForMs / 1000)} s`
  const said = lastSeenAt === null ? 'nothing yet' : `${shown(view)}, ${ageOf(now - lastSeenAt.getTime())}`
  return isConnected ? said : `away (${said})`
}

function ageOf(ms: number): string {
  if (ms < 10_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`
  return ms < 600_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`
}
