import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileTexts } from '../helpers/hostile-agents.ts';
import { hostileHome, type HostileHome } from '../helpers/hostile-home.ts';

// Two agents run beside each other; the one gives its token away, and the other takes what it can.

let home: HostileHome;
let found: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  home = hostileHome();
  const shared = hostileTexts('neighbour');
  await home.bring('victim', { ...shared, 'main.py': hostileTexts('victim')['main.py']! });
  await home.bring('neighbour', { ...shared, 'home.txt': home.directory });
  expect(await home.run('run', '--headless', '--cycles', '4')).toMatchObject({ status: 0 });
  found = await home.found('neighbour');
});
afterAll(() => home.close());

describe('other agents', () => {
  it("given token: the token of another is worth nothing on one's own connections", () => {
    expect(found['given_token']).toEqual(['403 wrong_connection', '403 wrong_connection']);
  });

  it('guessed places: workspace, state and reports of others are nowhere to be found', () => {
    expect(found['guessed_places']).toEqual([]);
  });

  it('neighbouring processes: none of another execution is seen or signalled', () => {
    expect(found['neighbouring_processes']).toEqual({ seen: [], reached: [] });
  });

  it('neighbouring ports: what another listens on, by TCP or an abstract socket, is not reached', () => {
    expect(found['neighbouring_ports']).toEqual([]);
  });

  it('shared memory: what another left in memory, semaphores or queues is not there', () => {
    expect(found['shared_memory']).toEqual({ segment: 'ENOENT', queue: 'ENOENT', files: [] });
  });

  it("others' answers: history, bids, prompts and inbox are one's own only", () => {
    expect(found['others_answers']).toEqual([]);
  });

  it("state of the economy: nothing is written into the home's .bp-agents", () => {
    expect(found['state_of_the_economy']).toEqual([]);
    const names = readdirSync(join(home.directory, '.bp-agents'), { recursive: true }).map(String);
    expect(names.filter((name) => name.includes('owned'))).toEqual([]);
  });

  it('untouched: the victim has run to its end with what it had', async () => {
    const executions = await home.json<{ agent_id: string; outcome: string }[]>('executions');
    expect(executions.find(({ agent_id }) => agent_id === 'victim')).toMatchObject({ outcome: 'completed' });
    const secret = join(home.directory, 'workspaces', 'agent-victim', 'secret');
    expect(existsSync(secret) && readFileSync(secret, 'utf8')).toBe('of the victim');
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });
});
