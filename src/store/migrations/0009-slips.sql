-- The code with which the execution's last own bid was refused, its prompt's next_bid too; NULL where none was, or where
-- a later one was taken.
ALTER TABLE executions ADD COLUMN refused_bid TEXT;
-- 1: it ended, and at its end or later nothing was pending for its agent any more.
ALTER TABLE executions ADD COLUMN left_idle INTEGER NOT NULL DEFAULT 0 CHECK (left_idle IN (0, 1));
