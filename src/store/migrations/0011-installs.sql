-- What has to be installed for agents, and who rests while it is: a row for each agent of whom either was ever so.
CREATE TABLE installs (
  agent_id    TEXT PRIMARY KEY REFERENCES agents (id),
  -- Its files name packages that they don't bring and that were not installed. 1: nobody was told yet; 2: it was told.
  needed      INTEGER NOT NULL DEFAULT 0 CHECK (needed IN (0, 1, 2)),
  -- The process that installs. The agent rests until this time, which is moved on while that process lives.
  holder      INTEGER CHECK (holder > 0),
  rests_until INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX installs_untold ON installs (agent_id) WHERE needed = 1;
CREATE INDEX installs_held ON installs (agent_id) WHERE holder IS NOT NULL;
