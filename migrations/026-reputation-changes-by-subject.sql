CREATE INDEX IF NOT EXISTS reputation_changes_by_subject ON reputation_changes (subject_id, change_number)
