-- Calls of language models. Tokens are budget tokens in `reserved` and `billed`, the provider's own in the rest.
CREATE TABLE model_calls (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  execution_id  INTEGER NOT NULL REFERENCES executions (id),
  cycle         INTEGER NOT NULL CHECK (cycle >= 0), -- when it began
  provider      TEXT NOT NULL,
  model         TEXT NOT NULL,
  route         TEXT NOT NULL,
  reserved      INTEGER NOT NULL CHECK (reserved >= 0),
  began_at      INTEGER NOT NULL,
  -- NULL while it goes on.
  outcome       TEXT CHECK (outcome IN ('completed', 'failed', 'hung_up', 'broken_off', 'lost')),
  input_tokens  INTEGER CHECK (input_tokens >= 0),
  cached_tokens INTEGER CHECK (cached_tokens >= 0),
  output_tokens INTEGER CHECK (output_tokens >= 0),
  -- 1: these are the provider's figures; 0: they were counted here.
  is_reported   INTEGER CHECK (is_reported IN (0, 1)),
  billed        INTEGER CHECK (billed >= 0),
  duration_ms   INTEGER CHECK (duration_ms >= 0),
  detail        TEXT,
  content       TEXT, -- JSON, where intelligence.log_content is on
  CHECK ((outcome IS NULL) = (billed IS NULL))
) STRICT;
CREATE INDEX model_calls_open ON model_calls (execution_id) WHERE outcome IS NULL;
CREATE INDEX model_calls_of_execution ON model_calls (execution_id, id);
CREATE INDEX model_calls_by_cycle ON model_calls (cycle);
-- What a cycle's executions used of the tokens that it sold.
CREATE INDEX executions_with_tokens ON executions (cycle) WHERE tokens > 0;
