import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BpError } from '../../../platform/errors.ts';
import { parseSshTarget, type SshTarget } from './ssh-target.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

/** Where the engine answers, and what told us so. */
export interface EngineAddress {
  /** For people: `unix:///var/run/docker.sock`. */
  readonly url: string;
  /** `DOCKER_HOST`, `context "colima"` or `default`. */
  readonly source: string;
  readonly connection:
    | { readonly kind: 'socket'; readonly path: string }
    | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | undefined }
    | { readonly kind: 'ssh'; readonly target: SshTarget };
}

export interface EngineSearch {
  /** The environment; DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
}

export interface EngineTrust {
  /** An engine of another machine may be reached although nobody proves to be that engine: plain tcp, unchecked TLS. */
  readonly unproven: boolean;
}

const DEFAULT_SOCKET = 'unix:///var/run/docker.sock';
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

const cliConfig = z.object({ currentContext: z.string().optional() });
const contextMeta = z.object({
  Endpoints: z.object({ docker: z.object({ Host: z.string().min(1), SkipTLSVerify: z.boolean().default(false) }) }),
});

/**
 * Finds the engine as the Docker CLI does: DOCKER_HOST, then DOCKER_CONTEXT or the current context, then the default
 * socket.
 *
 * Rejects with `sandbox_engine_address` where that names nothing usable. Rejects with `sandbox_engine_unproven` where
 * it names another machine that doesn't have to prove who it is, unless the operator allowed that.
 */
export async function findEngine(
  { environment, homeDirectory }: EngineSearch,
  trust: EngineTrust,
): Promise<EngineAddress> {
  const directory = environment['DOCKER_CONFIG'] || join(homeDirectory, '.docker');
  const host = environment['DOCKER_HOST'];
  if (host) {
    const verify = Boolean(environment['DOCKER_TLS_VERIFY']);
    const certificates = environment['DOCKER_CERT_PATH'] || (verify ? directory : undefined);
    const tls = certificates ? { directory: certificates, isRequired: true, isChecked: true } : undefined;
    return parseAddress({ address: host, source: 'DOCKER_HOST', tls }, trust);
  }
  const context = environment['DOCKER_CONTEXT'] || (await currentContext(directory));
  if (context === undefined || context === 'default')
    return parseAddress({ address: DEFAULT_SOCKET, source: 'default', tls: undefined }, trust);
  return contextAddress(context, directory, trust);
}

/** Of a context of the Docker CLI's, which keeps each in a folder named by the hash of its name. */
async function contextAddress(context: string, directory: string, trust: EngineTrust): Promise<EngineAddress> {
  const id = createHash('sha256').update(context).digest('hex');
  const metaPath = join(directory, 'contexts', 'meta', id, 'meta.json');
  const meta = contextMeta.safeParse(await readJson(metaPath));
  if (!meta.success)
    throw new BpError('sandbox_engine_address', `the Docker context "${context}" is not defined in ${metaPath}`, {
      hint: 'choose another one with `docker context use`, or set DOCKER_HOST',
    });
  const { Host, SkipTLSVerify } = meta.data.Endpoints.docker;
  const tls = {
    directory: join(directory, 'contexts', 'tls', id, 'docker'),
    isRequired: false,
    isChecked: !SkipTLSVerify,
  };
  return parseAddress({ address: Host, source: `context "${context}"`, tls }, trust);
}

interface Named {
  readonly address: string;
  readonly source: string;
  readonly tls:
    | {
        readonly directory: string;
        /** Whether it is an error when nothing can be read there; else the connection is plain. */
        readonly isRequired: boolean;
        /** Whether the engine has to prove that it is the one. */
        readonly isChecked: boolean;
      }
    | undefined;
}

async function parseAddress(named: Named, trust: EngineTrust): Promise<EngineAddress> {
  const { address: url, source } = named;
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1];
  switch (scheme) {
    case 'unix': {
      const path = url.slice('unix://'.length);
      if (!path.startsWith('/')) throw unusable(named, 'not an absolute path of a socket');
      return { url, source, connection: { kind: 'socket', path } };
    }
    case 'ssh': {
      const target = parseSshTarget(url);
      if (!target) throw unusable(named, 'not of the form ssh://user@host:port');
      return { url, source, connection: { kind: 'ssh', target } };
    }
    case 'tcp':
    case 'http':
    case 'https':
      return { url, source, connection: await tcpConnection(named, trust) };
    default:
      throw unusable(named, 'only unix://, tcp:// and ssh:// addresses can be used');
  }
}

async function tcpConnection(named: Named, trust: EngineTrust): Promise<EngineAddress['connection']> {
  const url = URL.canParse(named.address) ? new URL(named.address) : undefined;
  if (!url || url.hostname === '') throw unusable(named, 'not a valid address');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const tls = named.tls ? await readTlsFiles(named.tls.directory, named.tls) : undefined;
  if (!tls && named.tls?.isRequired) throw unusable(named, `ca.pem can't be read in ${named.tls.directory}`);
  if (!tls?.isChecked && !trust.unproven && !LOOPBACK.test(host)) throw unproven(named, tls);
  return { kind: 'tcp', host, port: url.port === '' ? (tls ? 2376 : 2375) : Number(url.port), tls };
}

function unusable({ address, source }: Named, why: string): BpError {
  return new BpError('sandbox_engine_address', `${source} is ${address}: ${why}`, {
    hint: 'name an engine, such as unix:///var/run/docker.sock or ssh://me@server',
  });
}

function unproven({ address, source }: Named, tls: TlsFiles | undefined): BpError {
  const how = tls ? 'by TLS that checks no certificate' : 'by plain TCP';
  const message = `${source} is ${address}, another machine ${how}: whoever stands between could be the engine`;
  return new BpError('sandbox_engine_unproven', message, {
    hint: 'use TLS (DOCKER_TLS_VERIFY=1, DOCKER_CERT_PATH) or ssh://, or set sandbox.engine_unproven: true',
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
