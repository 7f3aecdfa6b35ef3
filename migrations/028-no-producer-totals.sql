-- Their place is taken by state_reputation, which counts an anomaly once however its events fall into batches.
DROP TABLE IF EXISTS producer_totals
