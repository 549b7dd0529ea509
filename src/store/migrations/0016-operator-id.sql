-- `operator` is the operator's own id now. An agent that has it gets the first of operator-1, operator-2, … that is
-- free, and keeps all else: children, bids, executions, prompts, messages, files, credits. Rows of the ledger never
-- change, so its account keeps the name that it has there.
CREATE TABLE renamed_agents (
  id      TEXT PRIMARY KEY REFERENCES agents (id),
  account TEXT NOT NULL UNIQUE REFERENCES accounts (id)
) STRICT, WITHOUT ROWID;

PRAGMA defer_foreign_keys = ON;

INSERT INTO renamed_agents (id, account)
  WITH RECURSIVE candidates (n) AS (
    SELECT 1 UNION ALL
    SELECT n + 1 FROM candidates WHERE EXISTS (SELECT 1 FROM accounts WHERE id = 'operator-' || n))
  SELECT 'operator-' || MAX(n), 'operator' FROM candidates WHERE EXISTS (SELECT 1 FROM agents WHERE id = 'operator')
  HAVING COUNT(*) > 0;

-- Agents refer to an account of their id; this one stays empty.
INSERT INTO accounts (id) SELECT id FROM renamed_agents;

UPDATE agents           SET id         = (SELECT id FROM renamed_agents) WHERE id         = 'operator';
UPDATE agents           SET parent_id  = (SELECT id FROM renamed_agents) WHERE parent_id  = 'operator';
UPDATE agents           SET lineage_id = (SELECT id FROM renamed_agents) WHERE lineage_id = 'operator';
UPDATE bids             SET payer_id   = (SELECT id FROM renamed_agents) WHERE payer_id   = 'operator';
UPDATE bids             SET agent_id   = (SELECT id FROM renamed_agents) WHERE agent_id   = 'operator';
UPDATE bids             SET lineage_id = (SELECT id FROM renamed_agents) WHERE lineage_id = 'operator';
UPDATE executions       SET payer_id   = (SELECT id FROM renamed_agents) WHERE payer_id   = 'operator';
UPDATE executions       SET agent_id   = (SELECT id FROM renamed_agents) WHERE agent_id   = 'operator';
UPDATE executions       SET lineage_id = (SELECT id FROM renamed_agents) WHERE lineage_id = 'operator';
UPDATE prompts          SET payer_id   = (SELECT id FROM renamed_agents) WHERE payer_id   = 'operator';
UPDATE prompts          SET agent_id   = (SELECT id FROM renamed_agents) WHERE agent_id   = 'operator';
UPDATE messages         SET from_id    = (SELECT id FROM renamed_agents) WHERE from_id    = 'operator';
UPDATE messages         SET to_id      = (SELECT id FROM renamed_agents) WHERE to_id      = 'operator';
UPDATE agent_files      SET agent_id   = (SELECT id FROM renamed_agents) WHERE agent_id   = 'operator';
UPDATE file_sets        SET agent_id   = (SELECT id FROM renamed_agents) WHERE agent_id   = 'operator';
UPDATE given_files      SET agent_id   = (SELECT id FROM renamed_agents) WHERE agent_id   = 'operator';
UPDATE installs         SET agent_id   = (SELECT id FROM renamed_agents) WHERE agent_id   = 'operator';
UPDATE idempotency_keys SET agent_id   = (SELECT id FROM renamed_agents) WHERE agent_id   = 'operator';
UPDATE spending         SET agent_id   = (SELECT id FROM renamed_agents) WHERE agent_id   = 'operator';
