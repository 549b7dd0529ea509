import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  beginInstallRest,
  endInstallRest,
  keepInstallRest,
  REST_MS,
} from '../../../src/economy/agents/install-rest.ts';
import { spawnAgent } from '../../../src/economy/agents/spawn-agent.ts';
import { recordedClearing } from '../../../src/economy/market/clearing-record.ts';
import { agentView, findAgent } from '../../../src/economy/views/agent-view.ts';
import { wholeAgent } from '../../../src/operator/views/whole-agent.ts';
import {
  accepted,
  BARE,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  type TestEconomy,
} from '../../helpers/economy.ts';
import { micro } from '../../../src/domain/credits.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy();
});
afterEach(() => economy.close());

const THERE = () => true;
const rest = (holder = 41, isThere: (pid: number) => boolean = THERE) =>
  beginInstallRest(economy, { agentId: 'a', holder }, isThere);
const file = (path: string, content: string) => ({ path, content: Buffer.from(content), executable: false });

function spawn(id: string, ...files: readonly ReturnType<typeof file>[]): void {
  const firstBid = { bundle: BARE, amount: micro(20_000_000) };
  accepted(spawnAgent(economy, 'a', { id, initialCredits: micro(200_000_000), firstBid, files }));
}
const needs = (id: string) => agentView(economy, findAgent(economy, id)!).needs_install;

describe('an agent for which something is installed', () => {
  it('rests: its bid waits without ageing, with a reason, and competes again at the end', () => {
    makeAgent(economy, 'a');
    const bidId = bidFor(economy, 'a');
    const held = accepted(rest());
    for (let cycle = 0; cycle < 2; cycle++) expect(nextCycle(economy).allocated).toEqual([]);
    expect(economy.store.bids.get(bidId)).toMatchObject({
      status: 'pending',
      passedOver: 0,
      lastReason: 'rests while its packages are installed',
    });
    expect(accepted(wholeAgent(economy, 'a')).installing).toBe(true);
    endInstallRest(economy, held, { installed: true });
    expect(accepted(wholeAgent(economy, 'a')).installing).toBe(false);
    expect(nextCycle(economy).allocated.length).toBeGreaterThan(0);
  });

  it('rests in the record of the cycle, so that it can be cleared again', () => {
    makeAgent(economy, 'a');
    bidFor(economy, 'a');
    accepted(rest());
    const { cycle } = nextCycle(economy);
    expect(recordedClearing(economy, cycle)?.input.moment.installingAgents).toEqual(new Set(['a']));
  });

  it('does not rest for ever where the process that installs was killed', () => {
    makeAgent(economy, 'a');
    bidFor(economy, 'a');
    const held = accepted(rest());
    economy.clock.advance(REST_MS - 1);
    expect(keepInstallRest(economy, held)).toBe(true);
    economy.clock.advance(REST_MS / 2);
    expect(nextCycle(economy).allocated).toEqual([]);
    economy.clock.advance(REST_MS);
    expect(nextCycle(economy).allocated.length).toBeGreaterThan(0);
  });

  it('rests no longer where its rest was not kept up in time, and whoever installs knows it', () => {
    makeAgent(economy, 'a');
    bidFor(economy, 'a');
    const held = accepted(rest());
    economy.clock.advance(REST_MS);
    expect(nextCycle(economy).allocated.length).toBeGreaterThan(0);
    expect(keepInstallRest(economy, held)).toBe(false);
  });

  it('does not rest until a clock that was put back has come so far again', () => {
    makeAgent(economy, 'a');
    bidFor(economy, 'a');
    economy.store.installs.hold('a', { holder: 41, restsUntil: economy.clock.now() + 3 * REST_MS });
    expect(accepted(wholeAgent(economy, 'a')).installing).toBe(false);
    expect(nextCycle(economy).allocated.length).toBeGreaterThan(0);
    const held = accepted(rest(42));
    economy.clock.advance(-1000);
    expect(keepInstallRest(economy, held)).toBe(true);
  });

  it('has one process that installs; one that is gone counts no longer, and knows it', () => {
    makeAgent(economy, 'a');
    const first = accepted(rest(41));
    expect(rest(42)).toMatchObject({ ok: false, message: 'process 41 installs for a already' });
    accepted(rest(42, () => false));
    expect(keepInstallRest(economy, first)).toBe(false);
    endInstallRest(economy, first, { installed: false });
    expect(rest(43)).toMatchObject({ ok: false });
    economy.clock.advance(REST_MS);
    accepted(rest(43));
  });
});

describe('a child that needs packages', () => {
  beforeEach(() => makeAgent(economy, 'a', { credits: 5000 }));

  it('is told once, in its next cycle, until they are installed', () => {
    spawn('node', file('main.js', ''), file('package.json', '{"dependencies": {"left-pad": "1"}}'));
    spawn('plain', file('main.js', ''), file('package.json', '{"type": "module"}'));
    spawn('python', file('main.py', ''), file('requirements.txt', '# of numbers\nnumpy\n'));
    expect(nextCycle(economy).needInstall).toEqual(['node', 'python']);
    expect(nextCycle(economy).needInstall).toEqual([]);
    expect(['node', 'plain', 'python'].map(needs)).toEqual([true, false, true]);
    const held = accepted(beginInstallRest(economy, { agentId: 'node', holder: 41 }, THERE));
    endInstallRest(economy, held, { installed: true });
    expect(needs('node')).toBe(false);
  });

  it('is not one that brings them', () => {
    const manifest = file('package.json', '{"dependencies": {"left-pad": "1"}}');
    spawn('brings', manifest, file('node_modules/left-pad/index.js', ''), file('main.js', ''));
    expect(nextCycle(economy).needInstall).toEqual([]);
  });
});
