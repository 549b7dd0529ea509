import { afterEach, beforeEach, expect, it } from 'vitest';
import { bpShell, compileBp, type BpShell } from '../../helpers/bp-command.ts';
import { bidFor, makeAgent, runWinners, settle } from '../../helpers/economy.ts';
import { needsCompiler } from '../../helpers/needs.ts';
import { openTestService, type TestService } from '../../helpers/service-client.ts';

const WORDS = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0\n';

let test: TestService;
let shell: BpShell;

beforeEach(async (context) => {
  needsCompiler(context);
  test = await openTestService();
  makeAgent(test.economy, 'ann');
});
afterEach(async () => {
  shell.close();
  await test.close();
});

/** A life in which a shell is open. Gives what ends it. */
async function live(): Promise<() => void> {
  const started = runWinners(test.economy).get('ann')!;
  const ann = await test.connect(started);
  shell = await bpShell(compileBp(), ann, started.handshake);
  return () => settle(test.economy, started.execution.id);
}

it('bp advice goes by all receipts where it is given a quantile, and by this life where there is none', async () => {
  const end = await live();
  expect(await shell.ask('advice', '--quantile', '0.9')).toBe(WORDS);
  await expect(shell.ask('advice', '--quantile', '1.5')).rejects.toThrow('too_large');
  shell.close();
  end();
  bidFor(test.economy, 'ann', { bundle: { cpuMs: 2000, memoryMb: 80, tokens: 0, attention: 0 } });
  const endSecond = await live();
  shell.close();
  endSecond();
  bidFor(test.economy, 'ann');
  await live();
  // What they used could not be had, so each counts as having needed what it bought.
  expect(await shell.ask('advice', '--quantile', '0.5')).toBe(WORDS);
  expect(await shell.ask('advice', '--quantile', '1', '--attention', '1')).toBe(
    'cpu_seconds=2,memory_mb=80,tokens=0,attention=1\n',
  );
});
