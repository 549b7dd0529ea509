import { describe, expect, it } from 'vitest';
import { engineFindings, type ExaminedEngine } from '../../../src/sandbox/docker/examine/engine-findings.ts';
import { engineInfoOf } from '../../../src/sandbox/docker/client/engine-facts.ts';

const INFO = {
  ServerVersion: '28.0.1',
  NCPU: 2,
  CgroupVersion: '2',
  Runtimes: { runc: {} },
  SecurityOptions: ['name=seccomp,profile=builtin'],
};

function examined(
  info: Readonly<Record<string, unknown>> = {},
  others: Readonly<Record<string, unknown>> = {},
): ReturnType<typeof engineFindings> {
  return engineFindings({
    address: { url: 'unix:///run/x.sock', source: 'default', connection: { kind: 'socket', path: '/run/x.sock' } },
    version: { Version: '28.0.1', Components: [{ Name: 'Engine', Version: '28.0.1' }] },
    info: engineInfoOf({ ...INFO, ...info }),
    runtime: null,
    ...others,
  } as unknown as ExaminedEngine);
}

const named = (findings: ReturnType<typeof engineFindings>, name: string) =>
  findings.find((finding) => finding.name === name);

describe('the findings about an engine', () => {
  it('are all in order where it can hold agents', () => {
    const findings = examined();
    expect(findings.map(({ name, ok }) => `${name} ${ok}`)).toEqual([
      'engine true',
      'cgroup true',
      'users true',
      'runtime true',
    ]);
    expect(named(findings, 'engine')?.detail).toBe('Docker 28.0.1 at unix:///run/x.sock (default)');
    expect(findings.filter(({ mend }) => mend !== undefined)).toEqual([]);
  });

  it("tell a Podman behind Docker's interface from Docker", () => {
    const version = { Version: '4.3.1', Components: [{ Name: 'Podman Engine', Version: '4.3.1' }] };
    expect(named(examined({ BuildahVersion: '1.28.2' }, { version }), 'engine')).toMatchObject({
      ok: true,
      detail: 'Podman 4.3.1 at unix:///run/x.sock (default)',
    });
  });

  it.each([
    ['engine', {}, { version: { Version: '19.03.15' } }, /too old/],
    ['engine', { OSType: 'windows' }, {}, /windows containers/],
    ['runtime', {}, { runtime: 'runsc' }, /no runsc, only runc/],
  ])('name what is wrong with %s, and the mend: %j %j', (name, info, others, says) => {
    const findings = examined(info, others);
    expect(findings.filter(({ ok }) => !ok).map((finding) => finding.name)).toEqual([name]);
    expect(named(findings, name)?.detail).toMatch(says);
    expect(named(findings, name)?.mend).toMatch(/\w/);
  });

  it('tell that users are shifted, and where workspaces lie then, without calling it wrong', () => {
    const users = named(examined({ SecurityOptions: ['name=seccomp', 'name=rootless'] }), 'users');
    expect(users).toMatchObject({ ok: true });
    expect(users?.detail).toMatch(/\(rootless\): workspaces are shipped/);
    expect(named(examined({ CgroupDriver: 'none' }), 'cgroup')?.detail).toBe(
      'version 2, without one for each container',
    );
  });
});
