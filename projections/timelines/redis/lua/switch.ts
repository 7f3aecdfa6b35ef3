/**
 * Puts another generation in the place of the live one, in one step. In a cluster the names carry the generation and
 * the pointer is all that changes; on a single Redis the hot keys change names too, at most twice the window of them.
 *
 * ARGV: base, plain, '', from generation, to generation, checkpoint name ('' to ignore positions), hold token.
 * Answers 'switched' or 'moved'.
 */
import { NAMES } from './names.js'

export const SWITCH = `${NAMES}
local old, new = ARGV[4], ARGV[5]
if (live or '1') ~= old then return 'moved' end
if ARGV[6] ~= '' then
  if redis.call('GET', hold) ~= ARGV[7] then return 'moved' end
  local name = 'checkpoint:' .. ARGV[6]
  if (redis.call('HGET', home(old) .. name, 'position') or '0') ~= (redis.call('HGET', home(new) .. name, 'position') or '0') then return 'moved' end
end

local function move(g, from, to)
  for _, member in ipairs(redis.call('ZRANGE', from .. ALL, 0, -1)) do
    local key = 'anomaly:' .. member
    if redis.call('EXISTS', from .. key) == 1 then redis.call('RENAME', from .. key, to .. key) end
  end
  for _, index in ipairs({'plain', 'sets'}) do
    for _, key in ipairs(redis.call('SMEMBERS', home(g) .. index)) do
      if redis.call('EXISTS', from .. key) == 1 then redis.call('RENAME', from .. key, to .. key) end
    end
  end
end
if plain == '1' then
  move(old, '', home(old))
  move(new, home(new), '')
end
redis.call('HSET', pointer, 'generation', new, 'previous', old)
return 'switched'
`
