/**
 * Opens every script: where the keys of a generation lie. A script that works on the live generation looks it up
 * itself, so a switch is never missed. All keys of one script share one hash slot.
 */
export const NAMES = `
local base, plain = ARGV[1], ARGV[2]
local pointer, hold = base .. 'timelines:live', base .. 'timelines:hold'
local live = redis.call('HGET', pointer, 'generation')
local generation = ARGV[3]
if generation == '' then generation = live or '1' end

local function home(g) return base .. 'timelines:g' .. g .. ':' end
local P = home(generation)
-- On a single Redis the live generation has the names people know.
local function hotHome(g, isLive) if plain == '1' and isLive then return '' end return home(g) end
local H = hotHome(generation, ARGV[3] == '' or generation == live)
local ALL = 'anomaly:timeline:all'
-- Opens every answer to a reader: [generation, epoch, what is being built again, how far].
local function stamp()
  local healing = redis.call('HMGET', P .. 'meta', 'heal', 'heal_at')
  return {generation, redis.call('HGET', pointer, 'epoch') or '', healing[1] or '', healing[2] or ''}
end
`

/** How members of history buckets are written: 'u' and 16 bytes for a UUID, 't' and the text for anything else. */
export const UNPACK = `
local function textOf(packed)
  if string.sub(packed, 1, 1) == 't' then return string.sub(packed, 2) end
  local hex = string.gsub(string.sub(packed, 2), '.', function(c) return string.format('%02x', string.byte(c)) end)
  return string.sub(hex, 1, 8) .. '-' .. string.sub(hex, 9, 12) .. '-' .. string.sub(hex, 13, 16) .. '-' .. string.sub(hex, 17, 20) .. '-' .. string.sub(hex, 21)
end
`
