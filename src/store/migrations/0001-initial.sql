-- Money is in micro-credits, CPU in milliseconds, time in milliseconds since 1970 unless a name says otherwise.

-- ───────────────────────────── Money ─────────────────────────────

CREATE TABLE accounts (
  id      TEXT PRIMARY KEY CHECK (id NOT LIKE '%|%'),
  posted  INTEGER NOT NULL DEFAULT 0 CHECK (posted <= 9000000000000000 AND posted >= -9000000000000000),
  pending INTEGER NOT NULL DEFAULT 0 CHECK (pending >= 0),
  -- Only issuance may owe: the credits in circulation are what it has issued.
  CHECK (posted - pending >= 0 OR id = 'system:issuance')
) STRICT, WITHOUT ROWID;

-- Running sums that make conservation a check in constant time. `audit` never trusts them.
CREATE TABLE ledger_totals (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  posted   INTEGER NOT NULL, -- over all accounts; always 0
  pending  INTEGER NOT NULL, -- over all accounts
  held     INTEGER NOT NULL  -- over all pending transfers without a post or void; always equals `pending`
) STRICT;
INSERT INTO ledger_totals VALUES (1, 0, 0, 0);

CREATE TRIGGER accounts_start_empty BEFORE INSERT ON accounts WHEN NEW.posted <> 0 OR NEW.pending <> 0
BEGIN SELECT RAISE(ABORT, 'an account starts empty'); END;

CREATE TRIGGER accounts_never_go BEFORE DELETE ON accounts
BEGIN SELECT RAISE(ABORT, 'accounts are never deleted'); END;

CREATE TRIGGER accounts_sum AFTER UPDATE ON accounts
BEGIN
  UPDATE ledger_totals
     SET posted = posted + NEW.posted - OLD.posted, pending = pending + NEW.pending - OLD.pending
   WHERE id = 1;
END;

CREATE TABLE transfers (
  id         INTEGER PRIMARY KEY,
  type       TEXT NOT NULL CHECK (type IN ('single', 'pending', 'post', 'void')),
  cycle      INTEGER NOT NULL CHECK (cycle >= 0),
  debit      TEXT NOT NULL REFERENCES accounts (id),
  credit     TEXT NOT NULL REFERENCES accounts (id) CHECK (credit <> debit),
  amount     INTEGER NOT NULL CHECK (amount > 0 AND amount <= 9000000000000000),
  kind       TEXT NOT NULL CHECK (kind IN ('bid', 'refund', 'reward', 'genesis_grant', 'estate', 'spawn_fee',
                                           'spawn_endowment', 'message_fee', 'transfer', 'rent')),
  ref        TEXT NOT NULL CHECK (ref <> '' AND ref NOT LIKE '%|%'),
  pending_id INTEGER REFERENCES transfers (id) CHECK ((pending_id IS NOT NULL) = (type IN ('post', 'void'))),
  at         INTEGER NOT NULL,
  hash       BLOB NOT NULL CHECK (length(hash) = 32),
  CHECK (debit <> 'system:issuance' OR kind IN ('reward', 'genesis_grant'))
) STRICT;

-- Nothing is paid twice, and a hold is resolved once.
CREATE UNIQUE INDEX transfers_once ON transfers (kind, ref) WHERE type IN ('single', 'pending');
CREATE UNIQUE INDEX transfers_resolved_once ON transfers (pending_id) WHERE pending_id IS NOT NULL;
CREATE INDEX transfers_by_debit ON transfers (debit, id);
CREATE INDEX transfers_by_credit ON transfers (credit, id);

CREATE TRIGGER transfers_never_change BEFORE UPDATE ON transfers
BEGIN SELECT RAISE(ABORT, 'transfers are immutable'); END;

CREATE TRIGGER transfers_never_go BEFORE DELETE ON transfers
BEGIN SELECT RAISE(ABORT, 'transfers are immutable'); END;

CREATE TRIGGER transfers_resolve_their_hold BEFORE INSERT ON transfers WHEN NEW.pending_id IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'a post or void must agree with the pending transfer that it resolves')
   WHERE NOT EXISTS (
     SELECT 1 FROM transfers AS held
      WHERE held.id = NEW.pending_id AND held.type = 'pending'
        AND held.debit = NEW.debit AND held.credit = NEW.credit AND held.kind = NEW.kind AND held.ref = NEW.ref
        AND (NEW.amount = held.amount OR (NEW.type = 'post' AND NEW.amount < held.amount)));
END;

-- The only place where a balance changes.
CREATE TRIGGER transfers_move_single AFTER INSERT ON transfers WHEN NEW.type = 'single'
BEGIN
  UPDATE accounts SET posted = posted - NEW.amount WHERE id = NEW.debit;
  UPDATE accounts SET posted = posted + NEW.amount WHERE id = NEW.credit;
END;

CREATE TRIGGER transfers_hold AFTER INSERT ON transfers WHEN NEW.type = 'pending'
BEGIN
  UPDATE accounts SET pending = pending + NEW.amount WHERE id = NEW.debit;
  UPDATE ledger_totals SET held = held + NEW.amount WHERE id = 1;
END;

CREATE TRIGGER transfers_post AFTER INSERT ON transfers WHEN NEW.type = 'post'
BEGIN
  UPDATE accounts
     SET posted = posted - NEW.amount,
         pending = pending - (SELECT amount FROM transfers WHERE id = NEW.pending_id)
   WHERE id = NEW.debit;
  UPDATE accounts SET posted = posted + NEW.amount WHERE id = NEW.credit;
  UPDATE ledger_totals SET held = held - (SELECT amount FROM transfers WHERE id = NEW.pending_id) WHERE id = 1;
END;

CREATE TRIGGER transfers_void AFTER INSERT ON transfers WHEN NEW.type = 'void'
BEGIN
  UPDATE accounts SET pending = pending - NEW.amount WHERE id = NEW.debit;
  UPDATE ledger_totals SET held = held - NEW.amount WHERE id = 1;
END;

CREATE TABLE memos (
  transfer_id INTEGER PRIMARY KEY REFERENCES transfers (id),
  memo        TEXT NOT NULL
) STRICT;

INSERT INTO accounts (id) VALUES ('system:issuance'), ('system:market'), ('system:fees'), ('system:burn');

-- ───────────────────────────── State ─────────────────────────────

CREATE TABLE economy_state (
  id            INTEGER PRIMARY KEY CHECK (id = 1),
  cycle         INTEGER NOT NULL DEFAULT 0,  -- of the last clearing
  cleared_at    INTEGER,                     -- when that was
  running_ms    INTEGER NOT NULL DEFAULT 0,  -- how long the market has run in all
  human_away    INTEGER NOT NULL DEFAULT 0 CHECK (human_away IN (0, 1)),
  paused_reason TEXT                         -- null while the market runs
) STRICT;
INSERT INTO economy_state (id) VALUES (1);

CREATE TABLE markets (
  resource        TEXT PRIMARY KEY CHECK (resource IN ('cpu_seconds', 'memory_mb', 'tokens', 'attention')),
  price           INTEGER NOT NULL CHECK (price >= 0),
  smoothed_demand REAL,                      -- of the demand rule; null before the first cycle
  utilisation     REAL NOT NULL DEFAULT 0    -- of the last cycle
) STRICT, WITHOUT ROWID;

-- ───────────────────────────── Agents ─────────────────────────────

CREATE TABLE agents (
  number              INTEGER PRIMARY KEY AUTOINCREMENT,
  id                  TEXT NOT NULL UNIQUE REFERENCES accounts (id),
  parent_id           TEXT REFERENCES agents (id),
  lineage_id          TEXT NOT NULL,              -- the root agent's id
  status              TEXT NOT NULL CHECK (status IN ('alive', 'dormant', 'dead')),
  stopped             INTEGER NOT NULL DEFAULT 0 CHECK (stopped IN (0, 1)),
  life                INTEGER NOT NULL DEFAULT 1,
  born_cycle          INTEGER NOT NULL,
  born_running_ms     INTEGER NOT NULL,
  born_at             INTEGER NOT NULL,
  dormant_since_cycle INTEGER,
  died_cycle          INTEGER,
  last_seen_cycle     INTEGER,                    -- of its last execution
  restarts            INTEGER NOT NULL DEFAULT 0, -- in a row, since the last `completed`
  last_cpu_ms         INTEGER,                    -- the last bundle that it bid for itself
  last_memory_mb      INTEGER,
  last_tokens         INTEGER
) STRICT;
CREATE INDEX agents_by_lineage ON agents (lineage_id, born_running_ms);
CREATE INDEX agents_by_parent ON agents (parent_id);
CREATE INDEX agents_alive ON agents (id) WHERE status = 'alive';
CREATE INDEX agents_dormant ON agents (dormant_since_cycle) WHERE status = 'dormant';

-- Files that must stand in a workspace before its agent runs; they go once they are written.
CREATE TABLE agent_files (
  agent_id   TEXT NOT NULL REFERENCES agents (id),
  path       TEXT NOT NULL,
  content    BLOB NOT NULL,
  executable INTEGER NOT NULL CHECK (executable IN (0, 1)),
  PRIMARY KEY (agent_id, path)
) STRICT;

-- ───────────────────────────── Market ─────────────────────────────

CREATE TABLE bids (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,
  payer_id           TEXT NOT NULL REFERENCES agents (id),
  agent_id           TEXT NOT NULL REFERENCES agents (id),
  lineage_id         TEXT NOT NULL,
  cpu_ms             INTEGER NOT NULL CHECK (cpu_ms > 0),
  memory_mb          INTEGER NOT NULL CHECK (memory_mb >= 16),
  tokens             INTEGER NOT NULL CHECK (tokens >= 0),
  attention          INTEGER NOT NULL CHECK (attention IN (0, 1)),
  amount             INTEGER NOT NULL CHECK (amount > 0),
  reserve_at_placing INTEGER NOT NULL CHECK (reserve_at_placing > 0),
  status             TEXT NOT NULL CHECK (status IN ('pending', 'won', 'withdrawn', 'expired', 'voided')),
  attempt            INTEGER NOT NULL DEFAULT 1,
  hold_id            INTEGER NOT NULL REFERENCES transfers (id), -- of this attempt
  passed_over        INTEGER NOT NULL DEFAULT 0,
  earliest_cycle     INTEGER NOT NULL,
  placed_cycle       INTEGER NOT NULL,
  placed_at          INTEGER NOT NULL,
  ended_cycle        INTEGER,
  price_paid         INTEGER,                                    -- of the last attempt
  last_reason        TEXT,
  payload            TEXT                                        -- JSON
) STRICT;
CREATE INDEX bids_pending ON bids (id) WHERE status = 'pending';
CREATE INDEX bids_pending_by_payer ON bids (payer_id) WHERE status = 'pending';
CREATE INDEX bids_pending_by_agent ON bids (agent_id) WHERE status = 'pending';
CREATE INDEX bids_by_payer ON bids (payer_id, id);
CREATE INDEX bids_by_agent ON bids (agent_id, id);

-- What became of a bid, a row each time that the reason changed.
CREATE TABLE bid_fates (
  bid_id INTEGER NOT NULL REFERENCES bids (id),
  cycle  INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (bid_id, cycle, reason)
) STRICT, WITHOUT ROWID;
CREATE INDEX bid_fates_by_cycle ON bid_fates (cycle);

CREATE TABLE cycles (
  cycle         INTEGER PRIMARY KEY,
  at            INTEGER NOT NULL,
  duration_ms   REAL NOT NULL,
  paused        INTEGER NOT NULL CHECK (paused IN (0, 1)),
  bids          INTEGER NOT NULL, -- that stood
  competing     INTEGER NOT NULL,
  winners       INTEGER NOT NULL,
  expired       INTEGER NOT NULL,
  revenue       INTEGER NOT NULL,
  supply        TEXT NOT NULL,    -- JSON by resource, in the units of the API
  held          TEXT NOT NULL,    -- at the start
  demand        TEXT NOT NULL,
  utilisation   TEXT NOT NULL,
  prices_before TEXT NOT NULL,
  prices_after  TEXT NOT NULL,
  head          TEXT NOT NULL     -- of the chain, hexadecimal
) STRICT;

-- ───────────────────────────── Executions ─────────────────────────────

CREATE TABLE executions (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  bid_id            INTEGER NOT NULL REFERENCES bids (id),
  attempt           INTEGER NOT NULL,
  agent_id          TEXT NOT NULL REFERENCES agents (id),
  payer_id          TEXT NOT NULL REFERENCES agents (id),
  lineage_id        TEXT NOT NULL,
  cycle             INTEGER NOT NULL,
  state             TEXT NOT NULL CHECK (state IN ('allocated', 'starting', 'running', 'settled')),
  cpu_ms            INTEGER NOT NULL,
  memory_mb         INTEGER NOT NULL,
  tokens            INTEGER NOT NULL,
  attention         INTEGER NOT NULL,
  attention_held    INTEGER NOT NULL CHECK (attention_held IN (0, 1)),
  price             INTEGER NOT NULL,          -- what was paid
  reserve_cost      INTEGER NOT NULL,          -- at allocation
  attention_price   INTEGER NOT NULL,          -- at allocation
  wall_ms           INTEGER NOT NULL,
  token_hash        TEXT,
  allocated_at      INTEGER NOT NULL,
  started_at        INTEGER,                   -- of "go"
  ended_at          INTEGER,
  outcome           TEXT CHECK (outcome IN ('system_fault', 'stopped_by_operator', 'cpu_exceeded', 'wall_exceeded',
                                            'disk_exceeded', 'memory_exceeded', 'agent_error', 'completed')),
  detail            TEXT,
  exit_code         INTEGER,
  used_cpu_ms       REAL,
  used_memory_bytes INTEGER,
  used_tokens       INTEGER NOT NULL DEFAULT 0,
  used_wall_ms      REAL,
  workspace_bytes   INTEGER,
  output_bytes      INTEGER,
  requests          INTEGER NOT NULL DEFAULT 0,
  UNIQUE (bid_id, attempt),
  CHECK ((state = 'settled') = (outcome IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX executions_one_per_agent ON executions (agent_id) WHERE state <> 'settled';
CREATE INDEX executions_unsettled ON executions (id) WHERE state <> 'settled';
CREATE INDEX executions_holding_attention ON executions (id) WHERE attention_held = 1;
CREATE INDEX executions_with_attention ON executions (id) WHERE attention = 1;
CREATE UNIQUE INDEX executions_by_token ON executions (token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX executions_by_agent ON executions (agent_id, id);
CREATE INDEX executions_by_payer ON executions (payer_id);

-- ───────────────────────────── Attention ─────────────────────────────

CREATE TABLE prompts (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  execution_id      INTEGER NOT NULL UNIQUE REFERENCES executions (id),
  agent_id          TEXT NOT NULL REFERENCES agents (id),
  payer_id          TEXT NOT NULL REFERENCES agents (id),
  title             TEXT,
  content           TEXT NOT NULL,
  next_bid          TEXT,                      -- JSON, checked for shape
  next_bid_status   TEXT,                      -- 'placed' or a refusal's code
  next_bid_detail   TEXT,
  status            TEXT NOT NULL CHECK (status IN ('queued', 'open', 'scored', 'skipped', 'expired')),
  submitted_at      INTEGER NOT NULL,
  opened_at         INTEGER,
  opened_running_ms INTEGER,
  ended_at          INTEGER,
  ended_cycle       INTEGER,
  interesting       INTEGER CHECK (interesting BETWEEN 0 AND 10),
  useful            INTEGER CHECK (useful BETWEEN 0 AND 10),
  understandable    INTEGER CHECK (understandable BETWEEN 0 AND 10),
  reason            TEXT,
  reward            INTEGER NOT NULL DEFAULT 0,
  refund            INTEGER NOT NULL DEFAULT 0,
  handed_to         INTEGER REFERENCES executions (id),
  CHECK ((status = 'open') <= (opened_at IS NOT NULL)),
  CHECK ((status = 'scored') = (interesting IS NOT NULL AND useful IS NOT NULL AND understandable IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX prompts_one_open ON prompts (status) WHERE status = 'open';
CREATE INDEX prompts_queued ON prompts (id) WHERE status = 'queued';
CREATE INDEX prompts_waiting ON prompts (agent_id) WHERE status IN ('queued', 'open');
CREATE INDEX prompts_by_agent ON prompts (agent_id, id);
CREATE INDEX prompts_handed_to ON prompts (handed_to) WHERE handed_to IS NOT NULL;
CREATE INDEX prompts_unhanded ON prompts (agent_id, id) WHERE handed_to IS NULL AND ended_at IS NOT NULL;

-- ───────────────────────────── Social ─────────────────────────────

CREATE TABLE messages (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  from_id   TEXT NOT NULL REFERENCES agents (id),
  to_id     TEXT NOT NULL REFERENCES agents (id),
  content   TEXT NOT NULL,
  cycle     INTEGER NOT NULL,
  sent_at   INTEGER NOT NULL,
  handed_to INTEGER REFERENCES executions (id)
) STRICT;
CREATE INDEX messages_unhanded ON messages (to_id, id) WHERE handed_to IS NULL;
CREATE INDEX messages_handed ON messages (cycle) WHERE handed_to IS NOT NULL;
CREATE INDEX messages_handed_to ON messages (handed_to) WHERE handed_to IS NOT NULL;
CREATE INDEX messages_by_receiver ON messages (to_id, id);

CREATE TABLE idempotency_keys (
  agent_id  TEXT NOT NULL REFERENCES agents (id),
  route     TEXT NOT NULL,
  key       TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  answer    TEXT NOT NULL, -- JSON
  at        INTEGER NOT NULL,
  number    INTEGER NOT NULL,
  PRIMARY KEY (agent_id, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (agent_id, number);
