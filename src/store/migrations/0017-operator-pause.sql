-- The operator's own pause, which lasts until the operator ends it; paused_reason is the program's.
ALTER TABLE economy_state ADD COLUMN operator_paused_at INTEGER;
ALTER TABLE economy_state ADD COLUMN operator_pause_reason TEXT;
