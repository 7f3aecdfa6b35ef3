/** Reads that must see one generation: each is one script, so a switch falls before or after it. */
import { NAMES } from './names.js'

/**
 * Where a generation stands: stamp, then position, last event id, last event time, damaged.
 * ARGV: base, plain, generation, checkpoint name.
 */
export const STATE = `${NAMES}
local at = redis.call('HMGET', P .. 'checkpoint:' .. ARGV[4], 'position', 'last_event_id', 'last_event_at')
local damaged = '0'
for _, set in ipairs(redis.call('SMEMBERS', P .. 'sets')) do
  if redis.call('ZCARD', H .. set) ~= tonumber(redis.call('HGET', P .. 'meta', 'hot:' .. set) or '0') then damaged = '1' end
end
local reply = stamp()
reply[5], reply[6], reply[7], reply[8] = at[1] or '0', at[2] or '', at[3] or '', damaged
return reply
`

/** Stamp, then the number of members that ever came. ARGV: base, plain, generation, set. */
export const COUNT = `${NAMES}
local reply = stamp()
reply[5] = redis.call('HGET', P .. 'meta', 'total:' .. ARGV[4]) or '0'
return reply
`

/**
 * Stamp, then 1 where the hot set holds the whole answer, then member, score, ... The hot set holds the newest
 * members, so it has the whole answer where nothing was trimmed, where the range begins above its oldest member, or
 * where a page from the newest end is full.
 * ARGV: base, plain, generation, set, min, max, limit (-1: all), reverse.
 */
export const RANGE = `${NAMES}
local set, low, high, limit = ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
local hot = H .. set
local found
if ARGV[8] == '1' then
  found = redis.call('ZREVRANGEBYSCORE', hot, high, low, 'WITHSCORES', 'LIMIT', 0, limit)
else
  found = redis.call('ZRANGEBYSCORE', hot, low, high, 'WITHSCORES', 'LIMIT', 0, limit)
end
local isWhole = tonumber(redis.call('HGET', P .. 'meta', 'total:' .. set) or '0') == redis.call('ZCARD', hot)
if not isWhole then
  local oldest = redis.call('ZRANGE', hot, 0, 0, 'WITHSCORES')[2]
  isWhole = oldest and low ~= '-inf' and tonumber(low) > tonumber(oldest) or ARGV[8] == '1' and limit >= 0 and #found == 2 * limit
end
local reply = stamp()
reply[5] = isWhole and '1' or '0'
for i = 1, #found do reply[i + 5] = found[i] end
return reply
`

/** Stamp, then 'hot', 'record' or 'none', then field, value, ... ARGV: base, plain, generation, key. */
export const HASH = `${NAMES}
local reply = stamp()
reply[5] = 'hot'
local fields = redis.call('HGETALL', H .. ARGV[4])
if #fields == 0 then
  reply[5] = 'record'
  fields = redis.call('HGETALL', P .. 'r:' .. string.sub(ARGV[4], 9))
end
if #fields == 0 then reply[5] = 'none' end
for i = 1, #fields do reply[i + 5] = fields[i] end
return reply
`
