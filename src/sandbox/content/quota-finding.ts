import type { Finding } from '../../platform/finding.ts';

/** What bounds the size of a workspace here. A size that is only watched is no fault, but has to be known. */
export function quotaFinding(watched: string | undefined): Finding {
  const detail =
    watched === undefined
      ? 'a filesystem of its own for each workspace'
      : `workspaces are only watched (${watched}): an agent can write much before it is ended`;
  return { name: 'quota', ok: true, detail };
}
