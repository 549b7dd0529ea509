import { describe, expect, it } from 'vitest';
import { engineFacts } from '../../../src/sandbox/docker/client/engine-facts.ts';
import {
  heldLimits,
  refuseUnheld,
  unheldOf,
  weaknesses,
  type HoldBasis,
} from '../../../src/sandbox/docker/client/held-limits.ts';
import { limitFindings } from '../../../src/sandbox/docker/examine/limit-findings.ts';

const INFO = { ServerVersion: '28.0.1', NCPU: 2, CgroupVersion: '1', SecurityOptions: ['name=seccomp'] };
const WITHOUT = { CgroupDriver: 'none', MemoryLimit: false, SwapLimit: false, PidsLimit: false };
const ALL_SEEN = { memory: true, swap: true, processes: true, cpu: 'group' } as const;

function basis(info: object = {}, rest: Partial<HoldBasis> = {}): HoldBasis {
  const facts = engineFacts({ ...INFO, ...info });
  return { facts, workspaceWatched: undefined, hasOwnUser: true, boundsSockets: true, ...rest };
}

function held(info: object = {}, rest: Partial<HoldBasis> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(heldLimits(basis(info, rest)).map(({ name, hold }) => [name, hold]));
}

describe('the limits that an engine holds', () => {
  it('are all of them where containers have control groups and workspaces are filesystems', () => {
    expect(held()).toEqual({
      ...{ memory: 'hard', swap: 'hard', processes: 'hard', cpu: 'hard' },
      ...{ workspace_bytes: 'hard', workspace_files: 'hard', sockets: 'hard', tmp_files: 'hard' },
    });
    expect(weaknesses(heldLimits(basis()))).toEqual([]);
  });

  it('are, without control groups, processes by their user, and CPU time only watched', () => {
    expect(held(WITHOUT, { boundsSockets: false })).toMatchObject({
      ...{ memory: 'missing', swap: 'missing', processes: 'hard', cpu: 'watched', sockets: 'missing' },
    });
    expect(held(WITHOUT, { hasOwnUser: false })).toMatchObject({ processes: 'missing' });
  });

  it('count what a container sees of its own more than what the engine says', () => {
    const seen = { ...ALL_SEEN, memory: false, cpu: 'processes' } as const;
    expect(unheldOf(heldLimits(basis({}, { seen })))).toEqual(['memory', 'cpu']);
    expect(unheldOf(heldLimits(basis({ MemoryLimit: false }, { seen: ALL_SEEN })))).toEqual([]);
    const blind = { memory: null, swap: null, processes: null, cpu: 'group' } as const;
    expect(unheldOf(heldLimits(basis({}, { seen: blind })))).toEqual([]);
  });

  it('include TCP buffers under version 2, where they are part of the memory', () => {
    expect(held({ CgroupVersion: '2' }, { boundsSockets: false })).toMatchObject({ sockets: 'hard' });
    expect(held({ CgroupVersion: '2', ...WITHOUT }, { boundsSockets: true })).toMatchObject({ sockets: 'missing' });
    expect(held({}, { boundsSockets: false })).toMatchObject({ sockets: 'missing' });
  });

  it('are told where they are less than hard, the size of workspaces once', () => {
    const limits = heldLimits(basis({ SwapLimit: false, BuildahVersion: '1' }, { workspaceWatched: 'it takes root' }));
    expect(weaknesses(limits)).toEqual([
      'swap is not limited: an agent may use swap beyond its memory',
      'the size of workspaces is only watched: it takes root',
      'the number of files in /tmp is not limited: only their size is, and the memory bought',
    ]);
  });
});

describe('a budget that nothing holds', () => {
  it('is refused, naming what is missing and the key, unless all of it is accepted', () => {
    const limits = heldLimits(basis(WITHOUT));
    const refused = expect.objectContaining({
      code: 'sandbox_unheld',
      message: expect.stringMatching(/: memory is not limited: .*; CPU time is only watched: /) as string,
      hint: expect.stringMatching(/sandbox\.accept_unheld: \[memory, cpu\]$/) as string,
    }) as Error;
    expect(() => refuseUnheld(limits, [])).toThrow(refused);
    expect(() => refuseUnheld(limits, ['memory'])).toThrow(/: CPU time is only watched/);
    expect(() => refuseUnheld(limits, ['cpu', 'memory'])).not.toThrow();
    expect(() => refuseUnheld(heldLimits(basis()), [])).not.toThrow();
  });

  it('is wrong for doctor until it is accepted, and then says so', () => {
    const wrong = (accepted: readonly ('memory' | 'cpu')[]) =>
      limitFindings({ ...basis(WITHOUT), accepted }).filter(({ ok }) => !ok);
    expect(wrong([]).map(({ name }) => name)).toEqual(['limit_memory', 'limit_cpu']);
    expect(wrong([])[0]?.mend).toContain('sandbox.accept_unheld: [memory, cpu]');
    expect(wrong(['memory', 'cpu'])).toEqual([]);
    const [memory] = limitFindings({ ...basis(WITHOUT), accepted: ['memory'] });
    expect(memory?.detail).toBe('missing: containers have no control group of their own (sandbox.accept_unheld)');
  });
});
