CREATE INDEX IF NOT EXISTS reports_by_id ON reports (report_id)
