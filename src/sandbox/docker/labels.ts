import { createHash } from 'node:crypto';
import { isInstallation } from '../execution-id.ts';

/** Every container carries these, so that a later start of the program finds its own and touches nothing else. */
export const LABEL = {
  home: 'bp-agents.home',
  execution: 'bp-agents.execution',
  agent: 'bp-agents.agent',
  stream: 'bp-agents.stream',
  workspace: 'bp-agents.workspace',
  /** The key of read-only content, on all that belongs to it. */
  content: 'bp-agents.content',
  /** Its kind, beside that. */
  kind: 'bp-agents.content-kind',
  /** Of the volume that says of another one that it is whole: the other's name. */
  whole: 'bp-agents.whole',
  /** Of a container in which content is made: who makes it. */
  process: 'bp-agents.process',
} as const;

/** Names a home in labels: 16 hexadecimal digits of the SHA-256 of its real path. */
export function homeLabelOf(realHome: string): string {
  return createHash('sha256').update(realHome).digest('hex').slice(0, 16);
}

interface Labelled {
  readonly homeLabel: string;
  readonly executionId: string;
}

/** Of all that is made for an execution. */
export function executionLabels({ homeLabel, executionId }: Labelled): Record<string, string> {
  return { [LABEL.home]: homeLabel, [LABEL.execution]: executionId };
}

export function containerLabels(container: Labelled & { readonly agentId: string }): Record<string, string> {
  return { ...executionLabels(container), [LABEL.agent]: container.agentId };
}

/** Two containers can't have one name, so an execution can't be started twice at once. */
export function containerName(homeLabel: string, executionId: string): string {
  return `bp-agents-${homeLabel}-${executionId}`;
}

/** Where a shipped workspace lies. */
export function volumeName(homeLabel: string, folder: string): string {
  return `bp-agents-${homeLabel}-${folder.replace(/^\./, '_')}`;
}

/** The volume that stands for whole content, and names the one that holds it. There can be one of a name. */
export function contentName(homeLabel: string, key: string): string {
  return `bp-agents-${homeLabel}-content-${key}`;
}

/**
 * Whether a volume that an engine has listed is this home's. The engine's filter isn't trusted: Podman lists what
 * passes any one of several filters.
 */
export function isOfHome(labels: Readonly<Record<string, string>> | null | undefined, homeLabel: string): boolean {
  return labels?.[LABEL.home] === homeLabel;
}

/** Whether packages are being installed in it: that is not a `run`'s to settle or to remove. */
export function isInstalling({ Labels, State }: { Labels: Readonly<Record<string, string>>; State: string }): boolean {
  return isInstallation(Labels[LABEL.execution] ?? '') && State !== 'exited';
}

/** For the engine's list filter: containers of this home, or of one of its executions. */
export function labelFilter(homeLabel: string, executionId?: string): { label: string[] } {
  const label = [`${LABEL.home}=${homeLabel}`];
  if (executionId !== undefined) label.push(`${LABEL.execution}=${executionId}`);
  return { label };
}
