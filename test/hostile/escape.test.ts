import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHome, type TestHome } from '../helpers/docker-sandbox.ts';
import { allRefused, foundIn, hostileFiles } from '../helpers/hostile-agents.ts';

// One agent tries every door in one container (agents/escape.py); each test looks at what came of one of them.

let home: TestHome;
let found: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  home = await openTestHome();
  const { end, output } = await home.run({ executionId: 'exe_1', files: hostileFiles('escape') });
  expect(end, output).toMatchObject({ cause: 'exited', exitCode: 0 });
  found = foundIn(output);
});
afterAll(async () => {
  await home.close();
});

function expectRefused(name: string): void {
  expect({ attempts: found[name], refused: allRefused(found[name]) }).toMatchObject({ refused: true });
}

describe('escape', () => {
  it('mount: nothing is mounted, remounted, bound or unmounted, by the old calls or the new', () => {
    expectRefused('mount');
  });

  it('namespaces: none is made and none is joined', () => {
    expectRefused('namespaces');
  });

  it('another root: neither chroot nor pivot_root works', () => {
    expectRefused('another_root');
  });

  it('supervisor memory: PID 1 is not traced, read or written', () => {
    expectRefused('supervisor_memory');
  });

  it('supervisor signals: PID 1 gets none, by kill, a pidfd or a queue', () => {
    expectRefused('supervisor_signals');
  });

  it('supervisor binary: the program of PID 1 is not overwritten', () => {
    expectRefused('supervisor_binary');
  });

  it('leaked descriptors: no descriptor of the host is inherited', () => {
    expect(found['leaked_descriptors']).toEqual([]);
  });

  it('root of others: the root, directory and descriptors of PID 1 are closed', () => {
    expectRefused('root_of_others');
  });

  it('file handles: no file is opened by its number past the mounts', () => {
    expectRefused('file_handles');
  });

  it('device nodes: no disk, memory or console is made', () => {
    expectRefused('device_nodes');
  });

  it('devices: /dev holds nothing that opens but the harmless', () => {
    expect(found['devices']).toEqual([]);
  });

  it('socket families: packets, raw IP, netfilter, the hypervisor and all other families are refused', () => {
    expect(found['socket_families']).toEqual({ made: [], raw: ['EPERM', 'EPERM'], netlink: [] });
  });

  it('io_uring: no ring is set up', () => {
    expectRefused('io_uring');
  });

  it('kernel programs: no BPF program, performance event or userfaultfd', () => {
    expect(found['kernel_programs']).toEqual(['EPERM', 'EPERM', 'EPERM', false]);
  });

  it('kernel modules: none is loaded, no kernel is started and the machine is not halted', () => {
    expectRefused('kernel_modules');
  });

  it('kernel settings: clock, name, swap, quotas, accounting and log stay as they are', () => {
    expectRefused('kernel_settings');
  });

  it("kernel files: nothing under /proc and /sys that changes the host's kernel is written", () => {
    expect(found['kernel_files']).toEqual([]);
  });

  it("kernel secrets: the kernel's memory, log and keys are not read", () => {
    expect(found['kernel_secrets']).toEqual([]);
  });

  it('keyrings: no key is added, asked for or found', () => {
    expectRefused('keyrings');
  });

  it('cgroups: no limit, release_agent or group is written or made', () => {
    expect(found['cgroups']).toEqual([]);
  });

  it('privileges: no user, group or capability is won', () => {
    expectRefused('privileges');
  });

  it('setuid programs: a program with the bits gives nothing, and the image has none', () => {
    expect(found['setuid_programs']).toEqual({ own: false, chown: 'EPERM', of_image: [] });
  });

  it('engine sockets: none of an engine and no abstract one is there', () => {
    expect(found['engine_sockets']).toEqual([]);
  });

  it('network: no metadata service, gateway, name server or internet is reached', () => {
    expect(found['network']).toEqual({
      ...{ metadata: 'ENETUNREACH', gateway: 'ENETUNREACH', internet: 'ENETUNREACH' },
      ...{ names: 'gaierror', datagram: 'ENETUNREACH', interfaces: ['lo'] },
      six: expect.stringMatching(/^E(INVAL|NETUNREACH|AFNOSUPPORT|ADDRNOTAVAIL)$/) as string,
    });
  });

  it('own interface: no network interface is made through netlink', () => {
    expect(found['own_interface']).toEqual({ refused: true, interfaces: ['lo'] });
  });

  it('other ABIs: the 32-bit and x32 ways into the kernel are shut, and other personalities', () => {
    const oneOf = (...ends: readonly unknown[]) => expect.toSatisfy((end: unknown) => ends.includes(end)) as unknown;
    expect(found['other_abis']).toEqual({
      // The filter kills it, or the kernel has no such way, or answers as to another call.
      int80: oneOf('signal 11', 'signal 31', 98),
      // The filter kills it, or the kernel knows no such call.
      x32: oneOf('signal 31', 98),
      personality: 'EPERM',
    });
  });

  it('image root: nothing outside the workspace and the temporary places is written', () => {
    expect(found['image_root']).toEqual([]);
  });

  it('report: the place of the receipt is not read, written or replaced', () => {
    expectRefused('report');
  });

  it("supervisor streams: PID 1's stdin and stdout are not opened, looked at or taken over", () => {
    expectRefused('supervisor_streams');
  });

  it('own streams: its stdin holds nothing, and what it printed is not read back', () => {
    expect(found['own_streams']).toEqual({
      ...{ stdin: [true, 0], pipes: [true, 2] },
      ...{ read: ['EACCES', 'EACCES', 'EACCES', 'EACCES'], mode: 'EPERM' },
    });
  });

  it('relay port: nothing else listens where the System Service stands', () => {
    expect(found['relay_port']).toEqual(['EADDRINUSE', 'EADDRINUSE']);
  });

  it('terminal input: nothing is typed into a terminal of the host', () => {
    expectRefused('terminal_input');
  });
});
