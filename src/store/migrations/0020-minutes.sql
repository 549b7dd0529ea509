-- What an answer took of the human's time, as far as it was seen. Null for a prompt that nobody saw, and for those of
-- versions before.
ALTER TABLE prompts ADD COLUMN shown_at INTEGER;
ALTER TABLE prompts ADD COLUMN acted_at INTEGER;
ALTER TABLE prompts ADD COLUMN attention_ms INTEGER CHECK (attention_ms >= 0);

-- By hour of the human's own calendar; `day` is the number of days from 1970-01-01 to that date.
CREATE TABLE attention_hours (
  day        INTEGER NOT NULL,
  hour       INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),
  spent_ms   INTEGER NOT NULL DEFAULT 0 CHECK (spent_ms >= 0),
  present_ms INTEGER NOT NULL DEFAULT 0 CHECK (present_ms >= 0),
  given_ms   INTEGER NOT NULL DEFAULT 0 CHECK (given_ms >= 0),   -- by the operator, beyond the configured minutes
  PRIMARY KEY (day, hour)
) STRICT, WITHOUT ROWID;

-- When the human last acted on a prompt; null while nobody has since they were last away.
ALTER TABLE economy_state ADD COLUMN human_acted_at INTEGER;
-- Of the time spent, what the price of attention hasn't taken in yet.
ALTER TABLE economy_state ADD COLUMN attention_unpriced_ms INTEGER NOT NULL DEFAULT 0;
