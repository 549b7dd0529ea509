import { systemClock } from '../../src/platform/system-clock.ts';
import { contentOf } from './content-tree.ts';
import { dockerSandbox, NEVER, reachEngine } from './docker-sandbox.ts';

// A program of its own that places content in a home, which is there to be killed.
const [home = '', root = ''] = process.argv.slice(2);
const nothing = () => undefined;
const clock = systemClock();
const sandbox = dockerSandbox({
  ...{ connection: await reachEngine(clock), home, settings: {}, clock },
  logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
});
const texts = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, 'x'.repeat(20_000)]));
const content = contentOf(root, { ...texts, a: 'one' });
process.stdout.write('ready\n');
await sandbox.place(content, NEVER);
