-- When the text of a prompt was let go of, or all text of an agent that is over; NULL while it is kept.
ALTER TABLE prompts ADD COLUMN purged_at INTEGER;
ALTER TABLE agents ADD COLUMN purged_at INTEGER;
CREATE INDEX prompts_with_text ON prompts (ended_at) WHERE purged_at IS NULL AND ended_at IS NOT NULL;
CREATE INDEX prompts_with_reason ON prompts (ended_at) WHERE reason IS NOT NULL;
CREATE INDEX model_calls_with_content ON model_calls (began_at) WHERE content IS NOT NULL;
