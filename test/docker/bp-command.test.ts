import { afterAll, beforeAll, expect, it } from 'vitest';
import { programHome, type ProgramHome } from '../helpers/program.ts';

// A shell that knows nothing but `bp`, in a real container of a real run.

const MAIN = `#!/bin/sh
[ "$(bp state agent_id)" = "$(bp balance agent_id)" ] && echo 'the same agent'
bp live --show status
bp live --show bid_id
bp prompt 'Is it of use?' --title 'A shell' --show status
echo "left $(bp execution remaining.attention)"
bp transfer nobody 1 || echo "refused with $?"
(ulimit -v 16384; bp market --json > /dev/null) && echo 'in 16 MB'
python3 - << 'END'
import resource, subprocess
before = resource.getrusage(resource.RUSAGE_CHILDREN)
for _ in range(20):
    subprocess.run(["bp", "bids", "--json"], stdout=subprocess.DEVNULL, check=True)
after = resource.getrusage(resource.RUSAGE_CHILDREN)
print("ms each", 50 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
END
`;
/** Of CPU, as processes on this machine have it. */
const CALL_MS_MAX = 30;

let place: ProgramHome;
beforeAll(() => {
  place = programHome(['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16']);
});
afterAll(() => place.close());

it('bp lives, asks and is refused in a shell, for at most 30 ms of CPU and 16 MB a call', async () => {
  const from = place.agentFolder('shell', { main: MAIN }, 'main');
  const bundle = 'cpu_seconds=4,memory_mb=64,tokens=0,attention=1';
  expect(await place.within('bootstrap', '--id', 'shell', '--from', from, '--bundle', bundle)).toMatchObject({
    status: 0,
  });
  const ran = await place.within('run', '--headless', '--cycles', '1');
  expect(ran, ran.stderr).toMatchObject({ status: 0 });
  const [execution] = await place.json<{ id: string; outcome: string }[]>('executions');
  const { stdout } = await place.within('logs', execution?.id ?? '');
  expect(execution, stdout).toMatchObject({ outcome: 'completed' });
  for (const line of [
    /^the same agent$/m,
    /^pending$/m,
    /^bid_2$/m,
    /^open$/m,
    /^left 0$/m,
    // Of two pipes, so in either order.
    /^agent_not_found: .+$/m,
    /^refused with 1$/m,
    /^in 16 MB$/m,
  ])
    expect(stdout).toMatch(line);
  expect(Number(/^ms each (\S+)$/m.exec(stdout)?.[1])).toBeLessThan(CALL_MS_MAX);
  expect(await place.json('prompts')).toMatchObject([{ title: 'A shell', content: 'Is it of use?' }]);
});
