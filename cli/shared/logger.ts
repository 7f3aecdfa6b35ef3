/** The one logger: JSON lines on stderr, so that stdout stays free for answers. Secrets never reach it. */
import { pino, destination, type Logger } from 'pino'

export type { Logger }

export const createLogger = (name: string, level: string): Logger =>
  pino({ name, level, redact: ['*.seed', '*.password', '*.url'] }, destination({ fd: 2, sync: true }))
