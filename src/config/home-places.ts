import { join } from 'node:path';

export const CONFIG_FILE = 'bp-agents.yaml';

/** What the program keeps in a home, besides the agents' workspaces and the configuration. */
export function stateDirectory(home: string): string {
  return join(home, '.bp-agents');
}

/** What the configuration came to when it was last read: only to start faster, it may go at any time. */
export function configCachePath(home: string): string {
  return join(stateDirectory(home), 'config.cache');
}
