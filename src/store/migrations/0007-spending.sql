-- Money is in millionths of `intelligence.currency`; NULL where the model had no price.
ALTER TABLE model_calls ADD COLUMN reserved_money INTEGER CHECK (reserved_money >= 0);
ALTER TABLE model_calls ADD COLUMN money INTEGER CHECK (money >= 0);
CREATE INDEX model_calls_reserved ON model_calls (began_at, reserved, reserved_money) WHERE outcome IS NULL;

-- What calls of models have cost. It is kept for ever, though calls are forgotten after a while.
CREATE TABLE spending (
  day           INTEGER NOT NULL CHECK (day >= -1), -- of the call's beginning, since 1970 by UTC; -1: all earlier ones
  agent_id      TEXT NOT NULL REFERENCES agents (id),
  model         TEXT NOT NULL,
  calls         INTEGER NOT NULL,
  input_tokens  INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  billed        INTEGER NOT NULL CHECK (billed >= 0), -- budget tokens
  money         INTEGER NOT NULL CHECK (money >= 0),
  PRIMARY KEY (day, agent_id, model)
) STRICT, WITHOUT ROWID;

-- The same by day alone: each call looks at it before it is made.
CREATE TABLE spent_days (
  day    INTEGER PRIMARY KEY CHECK (day >= -1),
  billed INTEGER NOT NULL CHECK (billed >= 0),
  money  INTEGER NOT NULL CHECK (money >= 0)
) STRICT;

INSERT INTO spending
SELECT max(0, c.began_at / 86400000), e.agent_id, c.model, COUNT(*), COALESCE(SUM(c.input_tokens), 0),
       COALESCE(SUM(c.cached_tokens), 0), COALESCE(SUM(c.output_tokens), 0), SUM(c.billed), 0
  FROM model_calls c JOIN executions e ON e.id = c.execution_id
 WHERE c.outcome IS NOT NULL
 GROUP BY 1, 2, 3;
INSERT INTO spent_days SELECT day, SUM(billed), 0 FROM spending GROUP BY day;
