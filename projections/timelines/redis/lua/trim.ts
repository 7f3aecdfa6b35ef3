/**
 * Keeps every key bounded, a few steps a call: the hot sets to the newest \`window\` members, history to \`keepHours\`
 * of log time. What remains once nothing is left to trim depends on the log alone, not on when the calls came.
 */
import { NAMES, UNPACK } from './names.js'

export const TRIM_FUNCTION = `${UNPACK}
-- Trims the hot set; returns what is left of the budget.
local function trimHot(set, window, horizon, budget)
  local hot = H .. set
  while budget > 0 do
    local excess = math.max(redis.call('ZCARD', hot) - window, redis.call('ZCOUNT', hot, '-inf', '(' .. horizon * 3600))
    if excess <= 0 then return budget end
    local count = math.min(excess, budget, 1000)
    if set == ALL then
      for _, member in ipairs(redis.call('ZRANGE', hot, 0, count - 1)) do redis.call('UNLINK', H .. 'anomaly:' .. member) end
    end
    redis.call('ZREMRANGEBYRANK', hot, 0, count - 1)
    redis.call('HINCRBY', P .. 'meta', 'hot:' .. set, -count)
    budget = budget - count
  end
  return budget
end

-- Drops the newest bucket of the oldest hour that is too old, and with those of ALL the records of their anomalies.
local function trimHistory(set, horizon, budget)
  local hours, counts = P .. 'hours:' .. set, P .. 'counts:' .. set
  while budget > 0 do
    local hour = redis.call('ZRANGE', hours, 0, 0)[1]
    if not hour or tonumber(hour) >= horizon then return budget end
    local index = math.floor((tonumber(redis.call('HGET', counts, hour)) - 1) / 128)
    local bucket = P .. 'b:' .. set .. ':' .. hour .. ':' .. index
    budget = budget - 1
    if set == ALL then
      for _, packed in ipairs(redis.call('ZRANGE', bucket, 0, -1)) do
        redis.call('UNLINK', P .. 'r:' .. textOf(packed))
        budget = budget - 1
      end
    end
    redis.call('UNLINK', bucket)
    if index == 0 then
      redis.call('HDEL', counts, hour)
      redis.call('ZREM', hours, hour)
    else
      redis.call('HSET', counts, hour, index * 128)
    end
  end
  return budget
end

-- Returns 1 where the budget was not enough.
local function trim(window, keepHours, budget)
  local newest = tonumber(redis.call('HGET', P .. 'meta', 'newest_hour') or '0')
  local horizon = math.max(newest - keepHours, 0)
  local sets = redis.call('SMEMBERS', P .. 'sets')
  table.sort(sets)
  for _, set in ipairs(sets) do budget = trimHistory(set, horizon, trimHot(set, window, horizon, budget)) end
  if budget > 0 then return 0 end
  return 1
end
`

/** ARGV: base, plain, generation, window, keepHours, budget. Answers the generation and whether there is more. */
export const TRIM = `${NAMES}${TRIM_FUNCTION}
return {generation, trim(tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]))}
`
