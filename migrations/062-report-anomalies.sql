-- Which anomalies the accepted reports name.
CREATE TABLE IF NOT EXISTS report_anomalies (
  anomaly_id UUID NOT NULL,
  log_position INT8 NOT NULL,
  PRIMARY KEY (anomaly_id, log_position)
)
