import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a connection by TLS is made with, as the Docker CLI keeps it. */
export interface TlsFiles {
  /** Who may vouch for the engine; undefined: whom Node trusts. */
  readonly ca: Buffer | undefined;
  /** What the engine knows us by; undefined where it asks for nothing. */
  readonly client: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** Whether the engine has to prove that it is the one. */
  readonly isChecked: boolean;
}

/** `ca.pem`, `cert.pem` and `key.pem` of a folder; undefined where it has neither the first nor the other two. */
export async function readTlsFiles(
  directory: string,
  { isChecked }: Pick<TlsFiles, 'isChecked'>,
): Promise<TlsFiles | undefined> {
  const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map((name) => read(directory, name)));
  const client = cert && key ? { cert, key } : undefined;
  return ca || client ? { ca, client, isChecked } : undefined;
}

async function read(directory: string, name: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(directory, name));
  } catch {
    return undefined;
  }
}
