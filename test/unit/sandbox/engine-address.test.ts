import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findEngine } from '../../../src/sandbox/docker/client/engine-address.ts';
import { connectEngine } from '../../../src/sandbox/docker/client/engine-connection.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { setVariables } from '../../helpers/surroundings.ts';

let homeDirectory: string;

beforeEach(() => {
  homeDirectory = mkdtempSync(join(tmpdir(), 'bp-engine-'));
});
afterEach(() => {
  rmSync(homeDirectory, { recursive: true });
});

interface Context {
  readonly directory?: string;
  readonly unchecked?: boolean;
  /** Names of its TLS files, without their ending. */
  readonly tls?: readonly string[];
}

function defineContext(name: string, host: string, { directory, unchecked = false, tls = [] }: Context = {}): void {
  const id = createHash('sha256').update(name).digest('hex');
  const contexts = join(directory ?? join(homeDirectory, '.docker'), 'contexts');
  mkdirSync(join(contexts, 'meta', id), { recursive: true });
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: unchecked } } };
  writeFileSync(join(contexts, 'meta', id, 'meta.json'), JSON.stringify(meta));
  if (tls.length > 0) writeTls(join(contexts, 'tls', id, 'docker'), tls);
}

function writeTls(directory: string, names: readonly string[]): string {
  mkdirSync(directory, { recursive: true });
  for (const name of names) writeFileSync(join(directory, `${name}.pem`), name);
  return directory;
}

function choose(context: string): void {
  mkdirSync(join(homeDirectory, '.docker'), { recursive: true });
  writeFileSync(join(homeDirectory, '.docker', 'config.json'), JSON.stringify({ currentContext: context }));
}

function find(environment: Record<string, string> = {}, unproven = false) {
  return findEngine({ environment, homeDirectory }, { unproven });
}

describe('the engine', () => {
  it('is at the default socket where nothing says otherwise', async () => {
    expect(await find()).toEqual({
      url: 'unix:///var/run/docker.sock',
      source: 'default',
      connection: { kind: 'socket', path: '/var/run/docker.sock' },
    });
  });

  it('is where the current context says', async () => {
    defineContext('colima', 'unix:///somewhere/.colima/default/docker.sock');
    choose('colima');
    expect(await find()).toMatchObject({
      source: 'context "colima"',
      connection: { kind: 'socket', path: '/somewhere/.colima/default/docker.sock' },
    });
  });

  it('is where DOCKER_CONTEXT says, before the current context', async () => {
    defineContext('one', 'unix:///one.sock');
    defineContext('two', 'unix:///two.sock');
    choose('one');
    expect((await find({ DOCKER_CONTEXT: 'two' })).url).toBe('unix:///two.sock');
    expect((await find({ DOCKER_CONTEXT: 'default' })).url).toBe('unix:///var/run/docker.sock');
  });

  it('is where DOCKER_HOST says, before any context', async () => {
    defineContext('one', 'unix:///one.sock');
    choose('one');
    const found = await find({ DOCKER_HOST: 'unix:///run/other.sock', DOCKER_CONTEXT: 'one' });
    expect(found).toMatchObject({ source: 'DOCKER_HOST', connection: { kind: 'socket', path: '/run/other.sock' } });
  });

  it('has its contexts in DOCKER_CONFIG where that is set', async () => {
    const elsewhere = join(homeDirectory, 'elsewhere');
    defineContext('three', 'unix:///three.sock', { directory: elsewhere });
    expect((await find({ DOCKER_CONFIG: elsewhere, DOCKER_CONTEXT: 'three' })).url).toBe('unix:///three.sock');
  });

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '[::1]'])(
    'can be on a port of this machine, %s, plainly',
    async (host) => {
      const connection = { kind: 'tcp', host: host.replace(/[[\]]/g, ''), port: 2375, tls: undefined };
      expect((await find({ DOCKER_HOST: `tcp://${host}` })).connection).toEqual(connection);
    },
  );

  it('can be on another machine by TLS, with the certificates that DOCKER_CERT_PATH names', async () => {
    const certificates = writeTls(join(homeDirectory, 'certificates'), ['ca', 'cert', 'key']);
    const client = { cert: Buffer.from('cert'), key: Buffer.from('key') };
    const environment = { DOCKER_HOST: 'tcp://10.0.0.5', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates };
    const tls = { ca: Buffer.from('ca'), client, isChecked: true };
    expect((await find(environment)).connection).toEqual({ kind: 'tcp', host: '10.0.0.5', port: 2376, tls });
    const noVerify = { DOCKER_HOST: 'tcp://10.0.0.5:9', DOCKER_CERT_PATH: certificates };
    expect((await find(noVerify)).connection).toMatchObject({ port: 9, tls: { isChecked: true } });
  });

  it('can be on another machine by the TLS of a context, with a client certificate or without', async () => {
    defineContext('whole', 'tcp://10.0.0.5:2376', { tls: ['ca', 'cert', 'key'] });
    defineContext('ca', 'tcp://10.0.0.5:2376', { tls: ['ca'] });
    const whole = { ca: Buffer.from('ca'), client: { cert: Buffer.from('cert') }, isChecked: true };
    expect((await find({ DOCKER_CONTEXT: 'whole' })).connection).toMatchObject({ tls: whole });
    const ca = { ca: Buffer.from('ca'), client: undefined, isChecked: true };
    expect((await find({ DOCKER_CONTEXT: 'ca' })).connection).toMatchObject({ tls: ca });
  });

  it('is on another machine that proves nothing only where that is asked for', async () => {
    defineContext('unchecked', 'tcp://10.0.0.5:2376', { tls: ['ca', 'cert', 'key'], unchecked: true });
    defineContext('plain', 'tcp://10.0.0.5:2375');
    for (const context of ['unchecked', 'plain']) {
      const environment = { DOCKER_CONTEXT: context };
      const refused = { code: 'sandbox_engine_unproven', hint: expect.stringContaining('engine_unproven') as string };
      await expect(find(environment)).rejects.toMatchObject(refused);
      expect((await find(environment, true)).connection).toMatchObject({ host: '10.0.0.5' });
    }
  });

  it.each([
    ['ssh://server', { user: undefined, host: 'server', port: undefined, socketPath: '/var/run/docker.sock' }],
    ['ssh://me@server:2222', { user: 'me', host: 'server', port: 2222, socketPath: '/var/run/docker.sock' }],
    ['ssh://me@[::1]/run/user/7/docker.sock', { user: 'me', host: '::1', socketPath: '/run/user/7/docker.sock' }],
  ])('can be behind ssh, at %s', async (host, target) => {
    expect((await find({ DOCKER_HOST: host })).connection).toMatchObject({ kind: 'ssh', target });
  });

  it.each([
    ['tcp://10.0.0.5:2375', 'sandbox_engine_unproven'],
    ['tcp://localhost.example:2375', 'sandbox_engine_unproven'],
    ['ssh://-oProxyCommand=touch%20x', 'sandbox_engine_address'],
    ['ssh://-oProxyCommand=x@server', 'sandbox_engine_address'],
    ['ssh://me:secret@server', 'sandbox_engine_address'],
    ['ssh://me@server/a:/b', 'sandbox_engine_address'],
    ['ssh://', 'sandbox_engine_address'],
    ['npipe:////./pipe/docker_engine', 'sandbox_engine_address'],
    ['unix://relative.sock', 'sandbox_engine_address'],
    ['tcp://:::', 'sandbox_engine_address'],
    ['nonsense', 'sandbox_engine_address'],
  ])('is refused at %s with %s, in one line that names where that came from', async (host, code) => {
    const found = find({ DOCKER_HOST: host });
    await expect(found).rejects.toMatchObject({ code, hint: expect.any(String) as string });
    await expect(found).rejects.toThrow(/^DOCKER_HOST is .*[^\n]$/);
  });

  it('is refused where the context is not defined, or certificates are asked for that are not there', async () => {
    await expect(find({ DOCKER_CONTEXT: 'gone' })).rejects.toMatchObject({ code: 'sandbox_engine_address' });
    const environment = { DOCKER_HOST: 'tcp://localhost:2376', DOCKER_TLS_VERIFY: '1' };
    await expect(find(environment)).rejects.toMatchObject({ code: 'sandbox_engine_address' });
  });

  it('is reached at its address whatever DOCKER_HOST says to the client library', () => {
    const putBack = setVariables({ DOCKER_HOST: 'tcp://192.0.2.1:2375' });
    try {
      const address = { url: '', source: '', connection: { kind: 'socket', path: '/x.sock' } } as const;
      const { docker } = connectEngine(address, { environment: {}, clock: systemClock() });
      expect(docker.modem).toMatchObject({ socketPath: '/x.sock', host: undefined });
    } finally {
      putBack();
    }
  });
});
