/** When views are given up, what a timeout must survive, when there is work, and what validators tell each other. */
import { edit, ignore, mutant, tests, type Mutant } from '../mutant.js'

const PACEMAKER = 'consensus/core/pacemaker.ts'
const PROPOSING = 'consensus/core/proposing.ts'
const VIEW_TIME = 'consensus/core/view-time.ts'
const GATHERING = 'consensus/core/gathering.ts'
const SYNC_INFO = 'consensus/core/sync-info.ts'
const pacemaker = { tests: tests('pacemaker') }
const viewTime = { tests: tests('view-time') }
const gathering = { tests: tests('gathering') }
const telling = { tests: tests('sync-info') }
const proposing = { tests: tests('engine', 'pacemaker', 'voting') }

export const VIEWS: readonly Mutant[] = [
  mutant('a timeout of another epoch counts', ignore(PACEMAKER, "'wrong-epoch'"), { scenario: 'forged: timeouts', ...pacemaker }),
  mutant('a timeout may name another certificate than it carries', ignore(PACEMAKER, "'certificate-does-not-match'"), pacemaker),
  mutant('a timeout needs no reason for its view', ignore(PACEMAKER, "'no-entry-proof'"), pacemaker),
  mutant('the signature of a timeout is not checked', ignore(PACEMAKER, "'bad-signature'"), pacemaker),
  mutant('the certificate of a timeout is not checked', ignore(PACEMAKER, "'bad-certificate'"), pacemaker),
  mutant('the timeout certificate of a timeout is not checked', ignore(PACEMAKER, "'bad-timeout-certificate'", "\n  return undefined"), { scenario: 'forged: timeouts', ...pacemaker }),
  mutant('a timeout certificate on its own is not checked', edit(PACEMAKER, 'if (!isValidTc(core, tc)) return', 'if (tc.view < 0) return'), { scenario: 'forged: timeout certificates', tests: tests('pacemaker', 'sync-info') }),
  mutant('a timeout of another view counts for this one', edit(PACEMAKER, 'if (timeout.view === core.view) countTimeout', 'countTimeout'), { scenario: 'forged: votes, timeouts and proposals of views long past and far ahead', ...pacemaker }),
  mutant('a timeout certificate is not passed on', edit(PACEMAKER, "    emit(core, { type: 'broadcast', message: { type: 'timeout-certificate', tc: outcome.tc } })\n", ''), pacemaker),
  mutant('a timer of a past view gives up the present one', edit(PACEMAKER, 'if (view !== core.view || core.timerView !== view) return', 'void view'), pacemaker),
  mutant('a lost timeout is not sent again', edit(PACEMAKER, '  core.timerView = undefined\n  if (!maySign', '  if (!maySign'), pacemaker),
  mutant('a joined timeout is sent once only', edit(PACEMAKER, '  if (core.timeouts.isJoined(core.view)) return true\n', ''), pacemaker),
  mutant('timers grow without end', edit(VIEW_TIME, 'Math.min(LONGEST * baseMs, Math.round(', 'Math.max(LONGEST * 0, Math.round('), viewTime),
  mutant('a slow machine is given no more time', edit(VIEW_TIME, 'HEADROOM * slowestMs', '0 * slowestMs'), viewTime),
  mutant('a slow view is never forgotten', edit(VIEW_TIME, 'MEMORY * viewTime.slowestMs', 'viewTime.slowestMs'), viewTime),
  mutant('quiet counts as a slow view', edit(PACEMAKER, '    return noteQuiet(core)\n', '    return void noteQuiet\n'), viewTime),
  mutant('waiting for those unheard counts as a slow view', edit(PACEMAKER, 'if (maySign(core)) noteTimed', 'noteTimed'), viewTime),
  mutant('blocks stay as large after a lost view', edit('consensus/core/certificates.ts', '  core.blockRoom = roomAfterLostView(core.blockRoom)\n', ''), { tests: tests('block-room') }),
  mutant('blocks stay small after a lost view', edit('consensus/core/block-room.ts', 'Math.ceil(room * RECOVERY)', 'room'), { tests: tests('block-room') }),
  mutant('blocks grow however slow they are', edit('consensus/core/block-room.ts', 'isSlow ? Math.max', 'isSlow && room < 0 ? Math.max'), { tests: tests('block-room') }),
  mutant('the blocks of others make this node\'s smaller', edit(GATHERING, 'isOwn: header.proposer === config.self && transactions.length > 0', 'isOwn: header.proposer !== config.self || transactions.length > 0'), { tests: tests('block-room') }),
  mutant('blocks are made as fast as they can be', edit(GATHERING, 'return Math.min(wholeMs, Math.max(0, filledAt + wholeMs - now))', 'return 0 * (filledAt + wholeMs - now)'), { scenario: 'a stream of transactions', ...gathering }),
  mutant('the block that makes another final waits', edit(PROPOSING, 'if (waitMs > 0 && !finishesWork) {', 'if (waitMs > 0) {'), { tests: tests('gathering') }),
  mutant('a block waits after a lost view', edit(GATHERING, ' || followsLostView ||', ' || (followsLostView && false) ||'), gathering),
  mutant('a block waits although more is there than it can carry', edit(GATHERING, ' || isBehind ||', ' || (isBehind && false) ||'), { scenario: 'twelve hundred transactions at once', ...gathering }),
  mutant('how long a leader waits is left to its clock', edit(GATHERING, ' || isOverIn === view)', ' || (isOverIn === view && false))'), gathering),
  mutant('a wait that ended in one view ends that of another', edit(GATHERING, 'if (view === core.view) core.gathering.isOverIn = view', 'core.gathering.isOverIn = core.view'), gathering),
  mutant('the wait of a leader counts as silence', edit(PACEMAKER, ' + waitMs })', ' + 0 * waitMs })'), gathering),
  mutant('what can wait never waits', edit(VIEW_TIME, 'timed !== undefined && timed.view !== gaveUpView', 'timed !== undefined && timed.view !== gaveUpView && now < 0'), viewTime),
  mutant('what can wait does so for as long as nothing is decided', edit(VIEW_TIME, ' && timed.view !== gaveUpView', ' && (gaveUpView ?? 0) >= 0'), viewTime),
  mutant('timers never grow', edit(VIEW_TIME, 'BACKOFF ** failedViews', 'BACKOFF ** (0 * failedViews)'), viewTime),

  mutant('the idle rule is off', edit(PACEMAKER, '  return core.config.pool.hasWork(txIdsBefore(core.tree, tip))', '  return true'), { scenario: 'all is well with 4', ...pacemaker }),
  mutant('a waiting transaction is no work', edit(PACEMAKER, '  return core.config.pool.hasWork(txIdsBefore(core.tree, tip))', '  return false'), pacemaker),
  mutant('a block that is not final is no work', edit(PACEMAKER, 'if (core.tree.pathTo(tip).some(({ block }) => block.transactions.length > 0)) return true', ''), { scenario: 'idle with a dead leader', tests: tests('pacemaker', 'engine') }),
  mutant('a proposal in this view is no work', edit(PACEMAKER, 'if (core.proposalInView || ', 'if ('), { scenario: 'a proposal whose votes are lost, while only its leader has work', tests: tests('pacemaker', 'engine') }),
  mutant('a certified block that is missing is no work', edit(PACEMAKER, 'if (tip === undefined) return true', 'if (tip === undefined) return false'), { tests: tests('pacemaker', 'catch-up') }),
  mutant('leaders propose empty blocks for ever', edit(PROPOSING, 'if (transactions.length === 0 && !finishesWork) return undefined', 'void finishesWork'), { scenario: 'a commit that only one has missed, in quiet', ...pacemaker }),
  mutant('nobody proposes the block that finishes the last one', edit(PROPOSING, 'if (transactions.length === 0 && !finishesWork) return undefined', 'void finishesWork\n  if (transactions.length === 0) return undefined'), { scenario: 'all is well with 4', ...proposing }),
  mutant('everybody takes itself for the leader', edit(PROPOSING, ' || leaderAfter(core, parent, view) !== config.self', ''), proposing),
  mutant('a leader proposes what its own ancestors hold already', edit(PROPOSING, '.select(txIdsBefore(tree, parent), limits)', '.select(new Set((void txIdsBefore, [])), limits)'), gathering),
  mutant('a leader puts transactions into its block that nobody will vote for', edit(PROPOSING, '.filter((tx) => config.checkTransaction(tx, timestamp, place).ok)', ''), { scenario: 'a transaction that nobody votes for any more', ...proposing }),
  mutant('the time of a block may lie before its parent', edit(PROPOSING, 'Math.max(core.now, parent.block.header.timestamp)', 'core.now'), { scenario: 'a leader whose clock is behind', ...proposing }),
  mutant('a leader leaves out the timeout certificate', edit(PROPOSING, 'record.highQc.data.view + 1 === view ? undefined : record.highTc', 'undefined'), { scenario: 'idle with a dead leader', ...proposing }),

  mutant('forged certificates of a peer are taken over', ignore(SYNC_INFO, "refuse('bad-certificate')"), telling),
  mutant('what a peer knows better is not taken over', edit(SYNC_INFO, '  processQc(core, highQc, from)\n', ''), { scenario: 'one that missed the end while all are quiet', ...telling }),
  mutant('a view change that a peer knows is not taken over', edit(SYNC_INFO, '  if (highTc !== undefined) processTc(core, highTc, from)\n', ''), telling),
  mutant('a peer that knows less is not answered', edit(SYNC_INFO, 'if (knowsLess || info', 'void knowsLess\n  if (info'), telling),
  mutant('a timeout that shows less is not answered', edit(PACEMAKER, 'if (isBehind && !isOurs) sendSyncInfo(core, from)', 'if (isBehind && !isOurs) void from'), telling),
  mutant('one that lacks only our last commit is not told', edit(PACEMAKER, '  else if (!isOurs && !hasWork(core)) sendSyncInfo(core, from, core.commitQc)\n', ''), { scenario: 'a commit that only one has missed, in quiet' }),
  mutant('a question is not answered', edit(SYNC_INFO, ' || info.isQuestion === true', ''), { tests: tests('joining') }),
  mutant('a peer that connects is not told where we stand', edit('consensus/core/engine.ts', '      sendSyncInfo(core, event.peer)\n', '      void sendSyncInfo\n'), telling),
]
