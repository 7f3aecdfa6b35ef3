/** Holding the live generation still, for a time: writers wait, readers do not. Whoever dies while holding is forgotten. */

/** KEYS: the lease. ARGV: token, milliseconds. Answers 1 where it is ours now. */
export const TAKE_LEASE = `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`

/** KEYS: the lease. ARGV: token. */
export const DROP_LEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`
