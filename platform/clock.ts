/** The wall clock as a value, so that whoever needs the time says so and tests can hold it still. */
import { asMillis, type UnixMillis } from '../domain/ids.js'

export type Clock = { now(): UnixMillis }

export const systemClock: Clock = { now: () => asMillis(Date.now()) }
