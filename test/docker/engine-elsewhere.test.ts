import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENOUGH, NEVER, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';
import { compileKilledProgram } from '../helpers/docker-under-test.ts';
import { needsCommand } from '../helpers/needs.ts';
import { startSshHost, type SshHost } from '../helpers/ssh-host.ts';
import { startTlsHost, type TlsHost } from '../helpers/tls-host.ts';

const ENGINE = '/var/run/docker.sock';
const SHIPPED = { workspace_placement: 'shipped' } as const;
const unreachable = (message: string) => ({
  code: 'sandbox_engine_unreachable',
  message: expect.stringContaining(message) as string,
  hint: expect.any(String) as string,
});

let homes: TestHome[];
beforeEach(() => {
  homes = [];
});

async function homeAt(address: string, environment: Readonly<Record<string, string>>): Promise<TestHome> {
  const home = await openTestHome(SHIPPED, { dockerHost: address, environment });
  homes.push(home);
  return home;
}

async function closeHomes(): Promise<void> {
  for (const home of homes) await home.close();
}

describe('an engine behind TLS', () => {
  let hosts: TlsHost[];
  beforeEach(async (context) => {
    needsCommand(context, 'openssl', 'certificates are made with it');
    hosts = [await startTlsHost(ENGINE), await startTlsHost(ENGINE)];
  });
  afterEach(async () => {
    await closeHomes();
    for (const host of hosts) host.close();
  });

  it('runs agents', async () => {
    const home = await homeAt(hosts[0]!.address, hosts[0]!.environment);
    const { end, output } = await home.run({ executionId: 'exe_1', files: python('print("by TLS")\n') });
    expect({ end, output }).toMatchObject({ end: { cause: 'exited', exitCode: 0 }, output: 'by TLS\n' });
  });

  it('is refused where another authority vouches for it, or for another name', async () => {
    const ping = async (host: string, environment: Readonly<Record<string, string>>) => {
      const home = await openTestHome({}, { dockerHost: host, environment });
      await expect(home.sandbox.ping(NEVER)).rejects.toMatchObject(unreachable('no Docker engine answers'));
      await expect(home.sandbox.ping(NEVER)).rejects.toThrow(/SIGNED|SIGNATURE|VERIFY|ALTNAME/);
    };
    const [one, other] = hosts;
    await ping(one!.address, other!.environment);
    await ping(one!.address.replace('127.0.0.1', 'localhost'), one!.environment);
  });
});

describe('an engine behind ssh', () => {
  let host: SshHost;
  beforeEach(async (context) => {
    needsCommand(context, '/usr/sbin/sshd', 'agents are run through it');
    host = await startSshHost();
  });
  afterEach(async () => {
    await closeHomes();
    await host.close();
  });

  it('runs agents, and what runs goes on when ssh ends', async () => {
    const home = await homeAt(host.address, host.environment);
    const execution = await home.prepare({
      executionId: 'exe_1',
      files: python('import time\nprint("before", flush=True)\ntime.sleep(2)\nprint("after")\nexit(3)\n'),
    });
    await execution.go();
    host.dropAll();
    expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 3 });
    expect(home.output('exe_1')).toBe('before\nafter\n');
  });

  it('leaves no ssh behind', async () => {
    const home = await homeAt(host.address, host.environment);
    await home.sandbox.ping(NEVER);
    expect(tunnelsTo(host)).toBe(1);
    await home.sandbox.close();
    await expect.poll(() => tunnelsTo(host), { timeout: 60_000 }).toBe(0);
  });

  it('leaves neither ssh nor a file of its own when the program is killed', async () => {
    const home = await homeAt(host.address, host.environment);
    const temporary = mkdtempSync(join(tmpdir(), 'bp-killed-'));
    const request = { executionId: 'exe_1', agentId: 'a', agentNumber: 1, bundle: ENOUGH, wallMs: 60_000 };
    const story = {
      ...{ state: 'prepared', home: home.path, settings: SHIPPED, startedAt: 0 },
      request: { ...request, handshake: '{}', files: python('pass\n'), environment: {}, mounts: [] },
    };
    const program = spawn(process.execPath, [await compileKilledProgram(), JSON.stringify(story)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...host.environment, DOCKER_HOST: host.address, TMPDIR: temporary },
    });
    expect(String(await once(program.stdout, 'data'))).toBe('prepared\n');
    expect([tunnelsTo(host), readdirSync(temporary).length]).toEqual([1, 1]);
    program.kill('SIGKILL');
    await expect.poll(() => [tunnelsTo(host), readdirSync(temporary).length], { timeout: 60_000 }).toEqual([0, 0]);
    rmSync(temporary, { recursive: true });
  });

  it('is refused where its key is not known, and says what to do', async () => {
    host.know(false);
    const home = await openTestHome({}, { dockerHost: host.address, environment: host.environment });
    await expect(home.sandbox.ping(NEVER)).rejects.toMatchObject({
      ...unreachable('Host key verification failed'),
      hint: expect.stringContaining('compare its key') as string,
    });
    host.know(true);
    await home.sandbox.ping(NEVER);
    await home.close();
  });

  it('is said to be unreachable where nobody answers', async () => {
    await host.close();
    const home = await openTestHome({}, { dockerHost: host.address, environment: host.environment });
    await expect(home.sandbox.ping(NEVER)).rejects.toMatchObject(unreachable("can't be reached by ssh"));
    host = await startSshHost();
  });
});

function tunnelsTo({ address }: SshHost): number {
  const port = new URL(address).port;
  const listed = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => line.includes(` -F `) && line.includes(`-p ${port}`)).length;
}
