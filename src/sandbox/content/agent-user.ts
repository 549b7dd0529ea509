import type { Config } from '../../config/schema.ts';
import type { Owner } from './safe-directory.ts';

export interface AgentUserDeps {
  readonly config: Pick<Config['sandbox'], 'agent_uid_base' | 'agent_uid_range'>;
  readonly operator: Owner;
}

/** As root every agent has a user of its own, unless there are more agents than users; else all run as the operator. */
export function agentUser({ operator, config }: AgentUserDeps, agentNumber: number): Owner {
  if (operator.uid !== 0) return operator;
  const id = config.agent_uid_base + (agentNumber % config.agent_uid_range);
  return { uid: id, gid: id };
}
