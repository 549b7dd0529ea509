import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEVER, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';

/** A way to the engine that can be cut: new connections fail, or hang, until it is mended. */
interface Wire {
  readonly server: Server;
  state: 'whole' | 'cut' | 'hanging';
  cut(state?: 'cut' | 'hanging'): void;
}

function layWire(enginePath: string): Wire {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    near.on('error', () => undefined);
    if (wire.state === 'cut') return near.destroy();
    open.add(near);
    if (wire.state === 'hanging') return undefined;
    const far = connect(enginePath);
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    return near.pipe(far).pipe(near);
  });
  const wire: Wire = {
    server,
    state: 'whole',
    cut(state = 'cut') {
      wire.state = state;
      for (const socket of open) socket.destroy();
      open.clear();
    },
  };
  return wire;
}

let place: string;
let wire: Wire;
let home: TestHome;

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'bp-wire-'));
  const direct = await openTestHome();
  await direct.close();
  if (direct.address.connection.kind !== 'socket') throw new Error('these tests need an engine at a socket');
  wire = layWire(direct.address.connection.path);
  wire.server.listen(join(place, 'docker.sock'));
  await once(wire.server, 'listening');
  home = await openTestHome(
    { stop_grace_ms: 500, backstop_ms: 500 },
    { dockerHost: `unix://${join(place, 'docker.sock')}` },
  );
});
afterEach(async () => {
  wire.state = 'whole';
  await home.close();
  wire.cut();
  wire.server.close();
  rmSync(place, { recursive: true });
});

const isRoot = process.getuid!() === 0;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('when the connection to the engine is lost', () => {
  it('an execution goes on, and its end is found once the engine answers again', async () => {
    const execution = await home.prepare({
      executionId: 'exe_1',
      files: python('import time\ntime.sleep(0.8)\nopen("finished", "w")\nexit(3)\n'),
    });
    await execution.go();
    wire.cut();
    await pause(1500);
    wire.state = 'whole';
    // Without root there is no report in a file, and the one on the stream is lost.
    expect(await execution.ended).toMatchObject(
      isRoot ? { cause: 'exited', exitCode: 3 } : { cause: 'lost', exitCode: null },
    );
  });

  it('before "go", nothing of the agent runs', async () => {
    const execution = await home.prepare({ executionId: 'exe_1', files: python('open("begun", "w")\n') });
    wire.cut();
    await pause(300);
    wire.state = 'whole';
    await execution.go();
    expect(await execution.ended).toMatchObject({ cause: 'start_failed', usage: { cpuMs: null } });
  });

  it('a stop is tried again until the engine answers', async () => {
    const execution = await home.prepare({ executionId: 'exe_1', files: python('import time\ntime.sleep(600)\n') });
    await execution.go();
    wire.cut();
    const stopped = execution.stop('operator');
    await pause(5000);
    wire.state = 'whole';
    await stopped;
    expect((await execution.ended).cause).toBe('stopped');
  });

  it('every call says so, and one that hangs ends with its signal', async () => {
    wire.cut();
    const unreachable = { code: 'sandbox_engine_unreachable', hint: expect.any(String) as string };
    await expect(home.sandbox.ping(NEVER)).rejects.toMatchObject(unreachable);
    await expect(home.prepare({ executionId: 'exe_1', files: python('pass\n') })).rejects.toMatchObject(unreachable);
    wire.cut('hanging');
    await expect(home.sandbox.ping(AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(home.sandbox.check(AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('an engine at a port of this machine', () => {
  it('is used like one at a socket', async () => {
    const port = layWire(join(place, 'docker.sock'));
    port.server.listen(0, '127.0.0.1');
    await once(port.server, 'listening');
    const address = `tcp://127.0.0.1:${(port.server.address() as AddressInfo).port}`;
    const other = await openTestHome({}, { dockerHost: address });
    try {
      const { end, output } = await other.run({ executionId: 'exe_1', files: python('print("over TCP")\n') });
      expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
      expect(output).toBe('over TCP\n');
    } finally {
      await other.close();
      port.cut();
      port.server.close();
    }
  });
});
