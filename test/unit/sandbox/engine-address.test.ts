import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectEngine, findEngine } from '../../../src/sandbox/docker/client/engine-address.ts';

let homeDirectory: string;

beforeEach(() => {
  homeDirectory = mkdtempSync(join(tmpdir(), 'bp-engine-'));
});
afterEach(() => {
  rmSync(homeDirectory, { recursive: true });
});

function defineContext(name: string, host: string, directory = join(homeDirectory, '.docker')): void {
  const id = createHash('sha256').update(name).digest('hex');
  mkdirSync(join(directory, 'contexts', 'meta', id), { recursive: true });
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
  writeFileSync(join(directory, 'contexts', 'meta', id, 'meta.json'), JSON.stringify(meta));
}

function choose(context: string): void {
  mkdirSync(join(homeDirectory, '.docker'), { recursive: true });
  writeFileSync(join(homeDirectory, '.docker', 'config.json'), JSON.stringify({ currentContext: context }));
}

function find(environment: Record<string, string> = {}) {
  return findEngine({ environment, homeDirectory });
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
    defineContext('three', 'unix:///three.sock', elsewhere);
    expect((await find({ DOCKER_CONFIG: elsewhere, DOCKER_CONTEXT: 'three' })).url).toBe('unix:///three.sock');
  });

  it('can be on a port of this machine, with certificates or without', async () => {
    expect((await find({ DOCKER_HOST: 'tcp://127.0.0.1' })).connection).toEqual({
      kind: 'tcp',
      host: '127.0.0.1',
      port: 2375,
      tls: undefined,
    });
    const certificates = join(homeDirectory, 'certificates');
    mkdirSync(certificates);
    for (const name of ['ca', 'cert', 'key']) writeFileSync(join(certificates, `${name}.pem`), name);
    const environment = { DOCKER_HOST: 'tcp://localhost', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates };
    expect((await find(environment)).connection).toMatchObject({ port: 2376, tls: { cert: Buffer.from('cert') } });
  });

  it.each([
    ['tcp://10.0.0.5:2375', 'sandbox_engine_remote'],
    ['ssh://me@server', 'sandbox_engine_remote'],
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
    const before = process.env['DOCKER_HOST'];
    process.env['DOCKER_HOST'] = 'tcp://192.0.2.1:2375';
    try {
      const docker = connectEngine({ url: '', source: '', connection: { kind: 'socket', path: '/x.sock' } });
      expect(docker.modem).toMatchObject({ socketPath: '/x.sock', host: undefined });
    } finally {
      if (before === undefined) delete process.env['DOCKER_HOST'];
      else process.env['DOCKER_HOST'] = before;
    }
  });
});
