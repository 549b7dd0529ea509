-- The bid with which a restart followed it: after a fault of its agent's own, or a refused bid, with nothing pending.
ALTER TABLE executions ADD COLUMN restart_bid INTEGER;
