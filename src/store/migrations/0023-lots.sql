-- What is won by lot costs nothing at first: its bid offers 0 and holds nothing. As in `royalties`, a CHECK is changed
-- in the schema's own text.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
   SET sql = replace(replace(sql, 'INTEGER NOT NULL CHECK (amount > 0)', 'INTEGER NOT NULL CHECK (amount > 0 OR hold_id IS NULL)'),
                     'INTEGER NOT NULL REFERENCES transfers (id)',
                     'INTEGER REFERENCES transfers (id) CHECK (hold_id IS NOT NULL OR amount = 0)')
 WHERE type = 'table' AND name = 'bids';
PRAGMA writable_schema = RESET;

-- Who waits to be drawn, and what became of it: an agent that nothing keeps alive any more and that can't pay for
-- attention.
CREATE TABLE lots (
  id                INTEGER PRIMARY KEY,
  agent_id          TEXT NOT NULL REFERENCES agents (id),
  lineage_id        TEXT NOT NULL,
  status            TEXT NOT NULL CHECK (status IN ('waiting', 'drawn', 'ended')),
  placed_cycle      INTEGER NOT NULL,
  placed_running_ms INTEGER NOT NULL,
  execution_id      INTEGER UNIQUE REFERENCES executions (id), -- of the drawn
  CHECK ((status = 'drawn') = (execution_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX lots_waiting ON lots (agent_id) WHERE status = 'waiting';
CREATE INDEX lots_by_agent ON lots (agent_id, id);

-- Who gave its credits away lately isn't poor.
CREATE INDEX transfers_given ON transfers (debit, cycle) WHERE kind IN ('transfer', 'spawn_endowment');
-- Which lineages were heard lately.
CREATE INDEX executions_heard ON executions (lineage_id, cycle) WHERE attention = 1;
-- With which bundle an agent last bought attention.
CREATE INDEX executions_with_attention_by_agent ON executions (agent_id, id) WHERE attention = 1;
