-- A bid that is placed again when the execution that it bought has ended. At most one an agent stands; those that ended stay.
CREATE TABLE standing_orders (
  id              INTEGER PRIMARY KEY,       -- of the bid that began it, whose bundle it repeats
  agent_id        TEXT NOT NULL REFERENCES agents (id),
  began_cycle     INTEGER NOT NULL,
  until_cycle     INTEGER NOT NULL,          -- the last cycle in which it is placed again
  nap_cycles      INTEGER NOT NULL,          -- from being placed to its earliest cycle
  day_cycles      INTEGER NOT NULL CHECK (day_cycles > 0),
  amount          INTEGER NOT NULL CHECK (amount > 0),          -- that each of its bids offers
  credits_per_day INTEGER NOT NULL CHECK (credits_per_day >= amount), -- that its bids may pay in so many cycles
  day             INTEGER NOT NULL DEFAULT 0, -- since it began, the last one in which it paid
  paid            INTEGER NOT NULL DEFAULT 0 CHECK (paid BETWEEN 0 AND credits_per_day), -- in that day
  repeats         INTEGER NOT NULL DEFAULT 0,
  due_cycle       INTEGER,                   -- from when on it waits to be placed; null where it does not wait
  waited          INTEGER NOT NULL DEFAULT 0, -- cycles of the running market since then
  payload         TEXT,                      -- JSON, for each execution
  ended_cycle     INTEGER,
  end_reason      TEXT,
  CHECK ((ended_cycle IS NULL) = (end_reason IS NULL)),
  CHECK (ended_cycle IS NULL OR (due_cycle IS NULL AND payload IS NULL))
) STRICT;
CREATE UNIQUE INDEX standing_orders_live ON standing_orders (agent_id) WHERE ended_cycle IS NULL;
CREATE INDEX standing_orders_due ON standing_orders (due_cycle) WHERE due_cycle IS NOT NULL;

ALTER TABLE bids ADD COLUMN order_id INTEGER REFERENCES standing_orders (id);
CREATE UNIQUE INDEX bids_pending_of_order ON bids (order_id) WHERE status = 'pending' AND order_id IS NOT NULL;
-- 1: a restart, or the next_bid of a prompt. No standing order is placed beside it.
ALTER TABLE bids ADD COLUMN goes_first INTEGER NOT NULL DEFAULT 0 CHECK (goes_first IN (0, 1));
