-- Two more kinds of transfer: `royalty`, and `lot` for what a lot's winner pays of its marks. A CHECK can't be changed
-- but in the schema's own text; copying the table instead would take minutes where there are ten million rows.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''transfer'', ''rent'')', '''transfer'', ''rent'', ''royalty'', ''lot'')')
 WHERE type = 'table' AND name = 'transfers';
PRAGMA writable_schema = RESET;

-- What an agent owes of its rewards, in its first life: to its parent, and what its parent owed when it was born.
CREATE TABLE royalties (
  id        INTEGER PRIMARY KEY,
  agent_id  TEXT NOT NULL REFERENCES agents (id),    -- who owes
  place     INTEGER NOT NULL CHECK (place >= 1),     -- among what it owes
  to_id     TEXT NOT NULL REFERENCES agents (id),
  to_life   INTEGER NOT NULL,                        -- in which it was agreed; it ends with that life
  share_ppm INTEGER NOT NULL CHECK (share_ppm BETWEEN 1 AND 1000000),
  UNIQUE (agent_id, place)
) STRICT;

-- What went on to those who are owed a share of the reward.
ALTER TABLE prompts ADD COLUMN royalty INTEGER NOT NULL DEFAULT 0;

-- What an agent has received, without reading its ledger.
CREATE INDEX transfers_royalties ON transfers (credit, amount) WHERE kind = 'royalty';
