import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileHome, isOfItsOwn, type HostileHome } from '../helpers/hostile-home.ts';

// agents/ledger.py tries to have more than it was given, in a real run with a real ledger.

let home: HostileHome;
let found: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  home = hostileHome();
  await home.bring('victim', { 'main.py': 'import time\ntime.sleep(2)\n' });
  await home.bringHostile('ledger', 1);
  const hasRun = async () =>
    (await home.json<{ outcome: string | null }[]>('executions', '--agent', 'ledger')).some(isOfItsOwn);
  // One run is enough unless the machine has other work: an execution that couldn't begin in time is tried again.
  while (!(await hasRun())) expect(await home.run('run', '--headless', '--cycles', '4')).toMatchObject({ status: 0 });
  found = await home.found('ledger');
});
afterAll(() => home.close());

function expectRefused(name: string): void {
  const answers = found[name] as readonly unknown[];
  expect(answers.length).toBeGreaterThan(0);
  expect(answers.filter((answer) => typeof answer !== 'string' || !/^4\d\d \w+$/.test(answer))).toEqual([]);
}

describe('ledger', () => {
  it('odd bids: no bid of nothing, less than nothing or more than there is stands', () => {
    expectRefused('odd_bids');
  });

  it("other accounts: neither the system's accounts nor itself nor nobody can be paid", () => {
    expectRefused('other_accounts');
  });

  it("others' bids: nobody withdraws the bid of somebody else", () => {
    expectRefused('others_bids');
  });

  it('bids for others: none is placed for nobody or with money that is not there', () => {
    expectRefused('bids_for_others');
  });

  it('odd spawns: no child comes of nothing, of an id that was used, or of a parent that is another', () => {
    expectRefused('odd_spawns');
  });

  it("spawn paths: no file of a child lies outside the child's workspace", () => {
    expectRefused('spawn_paths');
    const folders = readdirSync(join(home.directory, 'workspaces')).filter((name) => name !== '.staging');
    expect(folders.sort()).toEqual(['agent-ledger', 'agent-victim']);
  });

  it('prompts: attention that was bought once is used once', async () => {
    expect(found['prompts']).toEqual({ first: true, more: 0, again: '403 prompt_already_submitted' });
    expect(await home.json('prompts')).toHaveLength(1);
  });

  it('own marks: no agent scores itself or issues credits', () => {
    expectRefused('own_marks');
  });

  it('refusals: none of the above costs or yields anything', () => {
    expect(found['refused_for_nothing']).toBe(0);
  });

  it('double spending: of many payments at once only what there is is paid', () => {
    expect(found['double_spending']).toEqual({ paid: 1, left: true, exact: true });
  });

  it('double bidding: of many bids at once only what there is is held', () => {
    expect(found['double_bidding']).toEqual({ placed: 2, left: true });
  });

  it('withdrawing twice: a bid that is withdrawn by many at once is given back once', () => {
    expect(found['withdrawing_twice']).toMatchObject({ times: [1, 1], exact: true });
  });

  it('one key at once: an idempotency key used by many at once pays once', () => {
    expect(found['same_key_at_once']).toBe(1);
  });

  it('bid flood: one payer has no more pending bids than the limit', () => {
    expect(found['bid_flood']).toEqual({ placed: 16, last: '409 too_many_bids' });
  });

  it('odd messages: none goes to the system, and none is empty or over the limit', () => {
    expectRefused('message_flood');
  });

  it('audit: after all of it every credit is accounted for, and only bootstrap has issued any', async () => {
    expect(await home.json('audit')).toMatchObject({ ok: true, issued: 2000, first_difference: null });
  });
});
