import type { Finding } from '../../platform/finding.ts';
import { quotaMissing, type QuotaSearch } from './quota-means.ts';

/** What bounds the size of a workspace here. A size that is only watched is no fault, but has to be known. */
export async function quotaFinding(search: QuotaSearch): Promise<Finding> {
  const missing = await quotaMissing(search);
  const detail =
    missing === undefined
      ? 'a filesystem of its own for each workspace'
      : `workspaces are only watched (${missing}): an agent can write much before it is ended`;
  return { name: 'quota', ok: true, detail };
}
