import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import { z } from 'zod';
import { BpError } from '../../../platform/errors.ts';

/** Where the engine answers, and what told us so. */
export interface EngineAddress {
  /** For people: `unix:///var/run/docker.sock`. */
  readonly url: string;
  /** `DOCKER_HOST`, `context "colima"` or `default`. */
  readonly source: string;
  readonly connection:
    | { readonly kind: 'socket'; readonly path: string }
    | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | undefined };
}

interface TlsFiles {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface EngineSearch {
  /** The environment; DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
}

const DEFAULT_SOCKET = 'unix:///var/run/docker.sock';
const LOOPBACK = new Set(['localhost', '127.0.0.1']);

const cliConfig = z.object({ currentContext: z.string().optional() });
const contextMeta = z.object({
  Endpoints: z.object({ docker: z.object({ Host: z.string().min(1) }) }),
});

/**
 * Finds the engine as the Docker CLI does: DOCKER_HOST, then DOCKER_CONTEXT or the current context, then the default
 * socket. Rejects with `sandbox_engine_address` where that names nothing usable and `sandbox_engine_remote` where it
 * names another machine.
 */
export async function findEngine({ environment, homeDirectory }: EngineSearch): Promise<EngineAddress> {
  const directory = environment['DOCKER_CONFIG'] || join(homeDirectory, '.docker');
  const host = environment['DOCKER_HOST'];
  if (host) {
    const verify = Boolean(environment['DOCKER_TLS_VERIFY']);
    const certificates = environment['DOCKER_CERT_PATH'] || (verify ? directory : undefined);
    return parseAddress(host, 'DOCKER_HOST', certificates && { directory: certificates, required: true });
  }
  const context = environment['DOCKER_CONTEXT'] || (await currentContext(directory));
  if (context === undefined || context === 'default') return parseAddress(DEFAULT_SOCKET, 'default', undefined);
  const id = createHash('sha256').update(context).digest('hex');
  const metaPath = join(directory, 'contexts', 'meta', id, 'meta.json');
  const meta = contextMeta.safeParse(await readJson(metaPath));
  if (!meta.success)
    throw new BpError('sandbox_engine_address', `the Docker context "${context}" is not defined in ${metaPath}`, {
      hint: 'choose another one with `docker context use`, or set DOCKER_HOST',
    });
  const tls = join(directory, 'contexts', 'tls', id, 'docker');
  const source = `context "${context}"`;
  return parseAddress(meta.data.Endpoints.docker.Host, source, { directory: tls, required: false });
}

/** A client for the engine. Nothing is sent yet. */
export function connectEngine({ connection }: EngineAddress): Docker {
  // `host` and `protocol` are named in both cases: dockerode would otherwise take them from DOCKER_HOST itself.
  if (connection.kind === 'socket')
    return new Docker({ socketPath: connection.path, host: undefined, protocol: 'http', port: undefined });
  const { host, port, tls } = connection;
  return new Docker({ socketPath: undefined, host, port, protocol: tls ? 'https' : 'http', ...tls });
}

interface Certificates {
  readonly directory: string;
  /** Whether it is an error when they can't be read; else the connection is plain. */
  readonly required: boolean;
}

async function parseAddress(
  address: string,
  source: string,
  certificates: Certificates | undefined | '',
): Promise<EngineAddress> {
  const scheme = /^([a-z]+):\/\//.exec(address)?.[1];
  const unusable = (message: string) =>
    new BpError('sandbox_engine_address', `${source} is ${address}: ${message}`, {
      hint: 'name a local engine, such as unix:///var/run/docker.sock',
    });
  if (scheme === 'unix') {
    const path = address.slice('unix://'.length);
    if (!path.startsWith('/')) throw unusable('not an absolute path of a socket');
    return { url: address, source, connection: { kind: 'socket', path } };
  }
  if (scheme === 'ssh') throw remote(address, source);
  if (scheme !== 'tcp' && scheme !== 'http' && scheme !== 'https')
    throw unusable('only unix:// and tcp:// addresses can be used');
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || url.hostname === '') throw unusable('not a valid address');
  if (!LOOPBACK.has(url.hostname)) throw remote(address, source);
  const tls = certificates ? await readCertificates(certificates.directory) : undefined;
  if (!tls && certificates && certificates.required)
    throw unusable(`ca.pem, cert.pem and key.pem can't be read in ${certificates.directory}`);
  const port = url.port === '' ? (tls ? 2376 : 2375) : Number(url.port);
  return { url: address, source, connection: { kind: 'tcp', host: url.hostname, port, tls } };
}

function remote(address: string, source: string): BpError {
  return new BpError('sandbox_engine_remote', `${source} is ${address}, an engine on another machine`, {
    hint: 'agents need an engine on this machine, since their folders are mounted into containers',
  });
}

async function currentContext(directory: string): Promise<string | undefined> {
  const config = cliConfig.safeParse(await readJson(join(directory, 'config.json')));
  return config.success && config.data.currentContext ? config.data.currentContext : undefined;
}

/** The file's JSON, or undefined where there is no such file or it isn't JSON: the CLI goes on then, too. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

async function readCertificates(directory: string): Promise<TlsFiles | undefined> {
  try {
    const [ca, cert, key] = await Promise.all(
      ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(directory, name))),
    );
    return ca && cert && key ? { ca, cert, key } : undefined;
  } catch {
    return undefined;
  }
}
