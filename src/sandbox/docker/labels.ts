import { createHash } from 'node:crypto';

/** Every container carries these, so that a later start of the program finds its own and touches nothing else. */
export const LABEL = {
  home: 'bp-agents.home',
  execution: 'bp-agents.execution',
  agent: 'bp-agents.agent',
} as const;

/** Names a home in labels and socket paths: 16 hexadecimal digits of the SHA-256 of its real path. */
export function homeHash(realHome: string): string {
  return createHash('sha256').update(realHome).digest('hex').slice(0, 16);
}

export function containerLabels(home: string, executionId: string, agentId: string): Record<string, string> {
  return { [LABEL.home]: home, [LABEL.execution]: executionId, [LABEL.agent]: agentId };
}

/** Two containers can't have one name, so an execution can't be started twice at once. */
export function containerName(home: string, executionId: string): string {
  return `bp-agents-${home}-${executionId}`;
}

/** For the engine's list filter: containers of this home, or of one of its executions. */
export function labelFilter(home: string, executionId?: string): { label: string[] } {
  const label = [`${LABEL.home}=${home}`];
  if (executionId !== undefined) label.push(`${LABEL.execution}=${executionId}`);
  return { label };
}

/** Whether it may become part of paths and names. */
export function isExecutionId(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,40}$/.test(text);
}

/** Anything else is a broken invariant. */
export function assertExecutionId(executionId: string): void {
  if (!isExecutionId(executionId)) throw new Error(`not an execution id: ${executionId}`);
}

const PROBE = 'probe-';

/** The id of a trial run of the sandbox itself. */
export function probeId(unique: string): string {
  return `${PROBE}${unique}`;
}

export function isProbe(executionId: string): boolean {
  return executionId.startsWith(PROBE);
}
