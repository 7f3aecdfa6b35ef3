/** What `verdict` and `evidence submit` tell a person. */
import type { ReportAnswer } from './send-report.js'

export const renderReport = (what: string, { reportId, origin, sentence }: ReportAnswer): string => `${what} ${sentence}\nreport ${reportId}, at ${origin}`
