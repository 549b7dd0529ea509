import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../../helpers/cli.ts';

let home: CliHome;
beforeEach(() => (home = cliHome()));
afterEach(() => home.remove());

it('a file that counts in cycles is read, and each command says in one line what to write instead', async () => {
  await home.run('init');
  writeFileSync(join(home.directory, 'bp-agents.yaml'), 'market:\n  cycle_seconds: 2\n  ttl_cycles: 30\n');
  // The second time it comes from the cache.
  for (let time = 0; time < 2; time++) {
    const { exitCode, stdout, stderr } = await home.run('status', '--json');
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { cycle: 0 }]);
    expect(stderr).toMatch(/^bp-agents: .*\(bp-agents.yaml:3\) market.ttl_seconds: 60\n$/);
  }
});
