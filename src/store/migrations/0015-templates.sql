-- The programs of templates, as npm's own two files tell them: on an engine that lacks one it is made from these again.
CREATE TABLE programs (
  -- SHA-256 of both files: what it is called on an engine.
  key      TEXT PRIMARY KEY NOT NULL,
  name     TEXT NOT NULL,
  version  TEXT NOT NULL,
  manifest BLOB NOT NULL,
  lockfile BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What an agent was made of; NULL: of files alone. Its executions find the program, where there is one.
ALTER TABLE agents ADD COLUMN template TEXT;
ALTER TABLE agents ADD COLUMN program TEXT REFERENCES programs (key);
