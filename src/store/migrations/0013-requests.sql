-- Wishes that the operator published. A closed one stays; its text may be let go of.
CREATE TABLE requests (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  text         TEXT NOT NULL,
  files        TEXT NOT NULL,                     -- JSON: names, in the order in which they were given
  published_at INTEGER NOT NULL,
  until        INTEGER,                           -- from then on it is closed; NULL: until somebody closes it
  closed_at    INTEGER,                           -- `until`, once that was noted, or when it was closed by hand
  answered_by  INTEGER REFERENCES prompts (id),
  purged_at    INTEGER
) STRICT;
CREATE INDEX requests_open ON requests (id) WHERE closed_at IS NULL;
CREATE INDEX requests_with_text ON requests (closed_at) WHERE purged_at IS NULL AND closed_at IS NOT NULL;

-- Which wish it answers, by its agent's word.
ALTER TABLE prompts ADD COLUMN request_id INTEGER REFERENCES requests (id);
CREATE INDEX prompts_by_request ON prompts (request_id) WHERE request_id IS NOT NULL;

-- The operator sends messages, too, and is no agent: from_id may be NULL. Ids go on as they were.
CREATE TABLE messages_anew (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  from_id   TEXT REFERENCES agents (id),          -- NULL: the operator
  to_id     TEXT NOT NULL REFERENCES agents (id),
  content   TEXT NOT NULL,
  cycle     INTEGER NOT NULL,
  sent_at   INTEGER NOT NULL,
  handed_to INTEGER REFERENCES executions (id)
) STRICT;
INSERT INTO sqlite_sequence (name, seq) SELECT 'messages_anew', seq FROM sqlite_sequence WHERE name = 'messages';
INSERT INTO messages_anew SELECT id, from_id, to_id, content, cycle, sent_at, handed_to FROM messages;
DROP TABLE messages;
ALTER TABLE messages_anew RENAME TO messages;
CREATE INDEX messages_unhanded ON messages (to_id, id) WHERE handed_to IS NULL AND from_id IS NOT NULL;
CREATE INDEX messages_of_operator ON messages (to_id, id) WHERE handed_to IS NULL AND from_id IS NULL;
CREATE INDEX messages_handed ON messages (cycle) WHERE handed_to IS NOT NULL;
CREATE INDEX messages_handed_to ON messages (handed_to) WHERE handed_to IS NOT NULL;
CREATE INDEX messages_by_receiver ON messages (to_id, id);
