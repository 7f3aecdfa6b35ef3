/** Leaders in turn, whatever their scores: scripts say who leads by counting views. */
import type { ElectLeader } from '../../consensus/core/leader.js'
import type { ValidatorId } from '../../domain/ids.js'

export const inTurn: ElectLeader = (set, _scores, view) => set.validators[view % set.validators.length]?.id as ValidatorId
