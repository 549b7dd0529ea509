-- What an agent has earned, without reading its letters: among 10,000 agents the page sorts by it.
CREATE INDEX prompts_rewards ON prompts (agent_id, reward) WHERE reward > 0;
