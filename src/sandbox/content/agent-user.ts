import type { Config } from '../../config/schema.ts';
import type { Owner } from './safe-directory.ts';

export interface AgentUserDeps {
  readonly config: Pick<Config['sandbox'], 'agent_uid_base' | 'agent_uid_range'>;
  readonly operator: Owner;
}

/** Of the 65,536 users that an engine which shifts them usually has. */
export const SHIFTED_USERS: AgentUserDeps['config'] = { agent_uid_base: 10_000, agent_uid_range: 50_000 };

/** As root every agent has a user of its own, unless there are more agents than users; else all run as the operator. */
export function agentUser({ operator, config }: AgentUserDeps, agentNumber: number): Owner {
  if (operator.uid !== 0) return operator;
  const id = config.agent_uid_base + (agentNumber % config.agent_uid_range);
  return { uid: id, gid: id };
}
