-- Files of its workspace that an agent has handed over with a prompt, as they were then.
CREATE TABLE prompt_files (
  prompt_id INTEGER NOT NULL REFERENCES prompts (id),
  -- In the order in which the agent has named them.
  number    INTEGER NOT NULL CHECK (number >= 0),
  name      TEXT NOT NULL,
  bytes     INTEGER NOT NULL CHECK (bytes >= 0),
  sha256    TEXT NOT NULL,
  -- Last, so that the others are read without it. NULL: it is kept no longer.
  content   BLOB CHECK (LENGTH(content) = bytes),
  PRIMARY KEY (prompt_id, number)
) STRICT;
CREATE INDEX prompt_files_kept ON prompt_files (prompt_id, bytes) WHERE content IS NOT NULL;
