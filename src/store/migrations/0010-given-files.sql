-- NULL: it waits since before this was kept.
ALTER TABLE agent_files ADD COLUMN sha256 TEXT;

-- What waits in agent_files is one set for each agent. A row stays when its set is laid: numbers count on.
CREATE TABLE file_sets (
  agent_id TEXT PRIMARY KEY NOT NULL REFERENCES agents (id),
  number   INTEGER NOT NULL CHECK (number > 0),
  -- What gives way to it: whatever stands there, until it was first begun to be laid; only what was given before and
  -- was not changed since; whatever stands there.
  replaces TEXT NOT NULL CHECK (replaces IN ('new', 'given', 'all'))
) STRICT;

-- What was given to an agent, and may stand in its workspace as it was given.
CREATE TABLE given_files (
  agent_id TEXT NOT NULL REFERENCES agents (id),
  path     TEXT NOT NULL,
  sha256   TEXT NOT NULL,
  bytes    INTEGER NOT NULL CHECK (bytes >= 0),
  -- begun: its set was begun to be laid; laid: it was; kept: what stood there was changed since, and stayed.
  state    TEXT NOT NULL CHECK (state IN ('begun', 'laid', 'kept')),
  PRIMARY KEY (agent_id, path, sha256)
) STRICT;
