-- The receipt counts files as well as bytes, and the operator can end one execution from another process.
ALTER TABLE executions ADD COLUMN workspace_files INTEGER;
ALTER TABLE executions ADD COLUMN stop_requested INTEGER NOT NULL DEFAULT 0 CHECK (stop_requested IN (0, 1));
CREATE INDEX executions_to_stop ON executions (id) WHERE stop_requested = 1 AND state <> 'settled';
