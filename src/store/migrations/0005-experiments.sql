-- What a cycle was cleared from, so that it can be cleared again under other rules: JSON, see docs/ledger.md.
-- NULL in the cycles of earlier versions.
ALTER TABLE cycles ADD COLUMN moment TEXT;
ALTER TABLE cycles ADD COLUMN standing TEXT;

-- An attempt that ended with a system_fault, as its bid stood then: `bids` holds the newest attempt only.
CREATE TABLE bid_attempts (
  bid_id             INTEGER NOT NULL REFERENCES bids (id),
  attempt            INTEGER NOT NULL,
  amount             INTEGER NOT NULL CHECK (amount > 0),
  reserve_at_placing INTEGER NOT NULL CHECK (reserve_at_placing > 0),
  earliest_cycle     INTEGER NOT NULL,
  PRIMARY KEY (bid_id, attempt)
) STRICT, WITHOUT ROWID;

-- What the daily cap on issuance left of this reward; NULL where it left all of it.
ALTER TABLE prompts ADD COLUMN reward_cap INTEGER CHECK (reward_cap >= 0);
CREATE INDEX prompts_rewarded ON prompts (ended_cycle) WHERE reward > 0;
