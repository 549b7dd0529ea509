import { replaceFile } from './safe-file.ts';
import type { Owner, SafeDirectory } from './safe-directory.ts';

export const HANDSHAKE_NAME = 'env.json';

/**
 * Writes `env.json` directly into the workspace's root; see `replaceFile` for what it withstands. Only the agent can
 * read it, since it holds the execution's token. It isn't synced: after a power cut it is written anew.
 */
export function writeHandshake(
  workspace: SafeDirectory,
  staging: SafeDirectory,
  stagingName: string,
  { content, owner }: { readonly content: string; readonly owner: Owner | undefined },
): Promise<void> {
  return replaceFile(workspace, staging, stagingName, {
    name: HANDSHAKE_NAME,
    content: Buffer.from(content),
    mode: 0o600,
    owner,
    durable: false,
  });
}
