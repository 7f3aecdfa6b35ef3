/**
 * One batch: transitions, hashes, dead letters and checkpoint, all or nothing, and only where the stored position is
 * the one the batch begins at. A replay changes nothing.
 *
 * ARGV: base, plain, generation, window, keepHours, checkpoint name, from, next position, last event id, last event
 * time, epoch, heal, hold token; then operations:
 *   S set n (member score packed)*n        members of a sorted set
 *   H key mode n (field value)*2n m (field value)*2m   hash and its record; c creates, u changes what is there, p is no anomaly's
 *   D position letter
 */
import { NAMES } from './names.js'
import { TRIM_FUNCTION } from './trim.js'

/** Most dead letters kept; beyond them the oldest go. */
export const MOST_DEAD_LETTERS = 10_000

export const APPLY = `${NAMES}${TRIM_FUNCTION}
local from, nextPosition = ARGV[7], ARGV[8]
local checkpoint = P .. 'checkpoint:' .. ARGV[6]
local owner = redis.call('GET', hold)
if owner and owner ~= ARGV[13] and ARGV[3] == '' then return {'held', generation, '0'} end
local stored = redis.call('HGET', checkpoint, 'position') or '0'
if stored ~= from then return {'moved', generation, stored} end

local at, added = 14, 0
local function take() at = at + 1 return ARGV[at - 1] end
local meta = P .. 'meta'
local newest = tonumber(redis.call('HGET', meta, 'newest_hour') or '0')

-- First all that may refuse, then all that writes: a script is not rolled back.
local ahead = at
while ARGV[ahead] == 'S' do
  local set = ARGV[ahead + 1]
  if redis.call('ZCARD', H .. set) ~= tonumber(redis.call('HGET', meta, 'hot:' .. set) or '0') then return {'damaged', generation, stored} end
  ahead = ahead + 3 + 3 * tonumber(ARGV[ahead + 2])
end

local function hourOf(score)
  local ms = math.floor(tonumber(score) * 1000 + 0.5)
  local hour = math.floor(ms / 3600000)
  return hour, ms - hour * 3600000
end

local function forget(set, score, packed)
  local hour = hourOf(score)
  local last = math.floor((tonumber(redis.call('HGET', P .. 'counts:' .. set, hour) or '0') - 1) / 128)
  for index = 0, last do redis.call('ZREM', P .. 'b:' .. set .. ':' .. hour .. ':' .. index, packed) end
end

local function addMembers(set, count)
  local hot, counts, known = H .. set, {}, 0
  redis.call('SADD', P .. 'sets', set)
  for _ = 1, count do
    local member, score, packed = take(), take(), take()
    local before = redis.call('ZSCORE', hot, member)
    if not before or tonumber(before) ~= tonumber(score) then
      if before then forget(set, before, packed) else known = known + 1 end
      redis.call('ZADD', hot, score, member)
      local hour, offset = hourOf(score)
      if hour > newest then newest = hour end
      local count = counts[hour] or tonumber(redis.call('HGET', P .. 'counts:' .. set, hour) or '0')
      redis.call('ZADD', P .. 'b:' .. set .. ':' .. hour .. ':' .. math.floor(count / 128), offset, packed)
      counts[hour] = count + 1
    end
  end
  for hour, count in pairs(counts) do
    redis.call('HSET', P .. 'counts:' .. set, hour, count)
    redis.call('ZADD', P .. 'hours:' .. set, hour, hour)
  end
  if known > 0 then
    redis.call('HINCRBY', meta, 'hot:' .. set, known)
    redis.call('HINCRBY', meta, 'total:' .. set, known)
  end
  added = added + count
end

local function takeFields()
  local fields = {}
  for i = 1, 2 * tonumber(take()) do fields[i] = take() end
  return fields
end

local function setHash(key, mode)
  local fields, record = takeFields(), takeFields()
  if mode == 'p' then redis.call('SADD', P .. 'plain', key) end
  if mode ~= 'u' or redis.call('EXISTS', H .. key) == 1 then redis.call('HSET', H .. key, unpack(fields)) end
  if mode == 'p' then return end
  local name = P .. 'r:' .. string.sub(key, 9)
  if mode == 'c' or redis.call('EXISTS', name) == 1 then redis.call('HSET', name, unpack(record)) end
end

if not live and ARGV[3] == '' then redis.call('HSET', pointer, 'generation', generation, 'last', generation, 'epoch', ARGV[11]) end
while at <= #ARGV do
  local kind = take()
  if kind == 'S' then
    local set = take()
    addMembers(set, tonumber(take()))
  elseif kind == 'H' then
    local key = take()
    setHash(key, take())
  else
    local position = take()
    local letters = P .. 'dead:' .. ARGV[6]
    redis.call('ZADD', letters, position, take())
    redis.call('ZREMRANGEBYRANK', letters, 0, -${MOST_DEAD_LETTERS + 1})
  end
end
if newest > 0 then redis.call('HSET', meta, 'newest_hour', newest) end

redis.call('HSET', checkpoint, 'position', nextPosition, 'last_event_id', ARGV[9], 'last_event_at', ARGV[10])
local heal = ARGV[12]
if heal == '' then heal = redis.call('HGET', meta, 'heal') end
if heal and tonumber(heal) > tonumber(nextPosition) then
  redis.call('HSET', meta, 'heal', heal, 'heal_at', nextPosition)
else
  redis.call('HDEL', meta, 'heal', 'heal_at')
end
-- More than was added, so what is left over from earlier calls gets less with each.
return {'applied', generation, nextPosition, trim(tonumber(ARGV[4]), tonumber(ARGV[5]), 500 + 4 * added)}
`
