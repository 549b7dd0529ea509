-- What the human made of each agent's prompts, as far as the ranking of bids for attention needs it. One row for each
-- agent that was ever marked or skipped; it outlives the agent's death and the purge of its text.
CREATE TABLE records (
  agent_id     TEXT PRIMARY KEY NOT NULL REFERENCES agents (id),
  answers      INTEGER NOT NULL CHECK (answers >= 0),
  skips        INTEGER NOT NULL CHECK (skips >= 0),
  marks        INTEGER NOT NULL CHECK (marks >= 0),
  attention_ms INTEGER NOT NULL CHECK (attention_ms >= 0),
  -- Thousandths of a mark: what the last answer gave, and the best, of which some is forgotten with each answer.
  last         INTEGER NOT NULL CHECK (last >= 0),
  best         INTEGER NOT NULL CHECK (best >= last),
  -- What an answer takes of late.
  usual_ms     INTEGER NOT NULL CHECK (usual_ms >= 0),
  -- When the last one came.
  at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Of what was answered before nobody knows how long it took: a minute each.
INSERT INTO records
SELECT agent_id, SUM(status = 'scored'), SUM(status = 'skipped'), SUM(marks), 60000 * COUNT(*), last, MAX(best), 60000, at
  FROM (SELECT agent_id, status, marks,
               1000 * MAX(marks) OVER (PARTITION BY agent_id) AS best,
               1000 * FIRST_VALUE(marks) OVER newest AS last,
               FIRST_VALUE(ended_at) OVER newest AS at
          FROM (SELECT id, agent_id, status, ended_at,
                       COALESCE(interesting, 0) + COALESCE(useful, 0) + COALESCE(understandable, 0) AS marks
                  FROM prompts WHERE status IN ('scored', 'skipped') AND ended_at IS NOT NULL)
        WINDOW newest AS (PARTITION BY agent_id ORDER BY ended_at DESC, id DESC))
 GROUP BY agent_id;
