-- What the marks of a prompt issued can be reckoned again, whatever the configuration says later: micro-credits per mark.
ALTER TABLE prompts ADD COLUMN interesting_rate INTEGER;
ALTER TABLE prompts ADD COLUMN useful_rate INTEGER;
ALTER TABLE prompts ADD COLUMN understandable_rate INTEGER;
-- An agent's sponsored bids are few; without this they are looked for among all that it ever bid itself.
CREATE INDEX bids_sponsored ON bids (agent_id, id) WHERE payer_id <> agent_id;
