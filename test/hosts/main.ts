/** `npm run test:hosts -- [NAME…] [--only doctor|contract|hostile]`; exits with 1 where a test failed. */
import { parseArgs } from 'node:util';
import { NotHere, type Host, type HostKind } from './host.ts';
import { limitsThere } from './limits.ts';
import { runSuite } from './suite.ts';
import { table, type HostResult } from './table.ts';
import { apart, apartBySsh, apartByTls } from './kinds/apart.ts';
import { guest } from './kinds/guest.ts';
import { here } from './kinds/here.ts';
import { member } from './kinds/member.ts';
import { podman } from './kinds/podman.ts';
import { rootless, rootlessPodman } from './kinds/rootless.ts';

const KINDS: readonly HostKind[] = [
  here,
  member,
  apart,
  apartByTls,
  apartBySsh,
  rootless,
  podman,
  rootlessPodman,
  guest,
];
const PARTS = ['doctor', 'contract', 'hostile'];

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const unknown = positionals.find((name) => KINDS.every((kind) => kind.name !== name));
if (unknown !== undefined || (values.only !== undefined && !PARTS.includes(values.only))) {
  console.error(`hosts: expected names of ${KINDS.map(({ name }) => name).join(', ')}, and --only ${PARTS.join('|')}`);
  process.exit(2);
}
const say = (line: string) => console.log(`\n# ${line}`);
const wants = (part: string) => values.only === undefined || values.only === part;

// Interrupted, it runs nothing more and takes down what is up.
const interrupting = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupting.abort());

const results: HostResult[] = [];
for (const kind of KINDS.filter(({ name }) => positionals.length === 0 || positionals.includes(name)))
  if (!interrupting.signal.aborted) results.push(await resultOf(kind));
for (const line of ['', ...table(results)]) console.log(line);
const failed = results.flatMap(({ contract, hostile }) => [contract, hostile]).some((result) => result?.failed);
const isPartial = interrupting.signal.aborted || results.every(({ notHere }) => notHere !== undefined);
process.exitCode = failed || isPartial ? 1 : 0;

async function resultOf(kind: HostKind): Promise<HostResult> {
  const { title } = kind;
  say(`${title}: bringing it up`);
  let host: Host;
  try {
    host = await kind.up(say);
  } catch (error) {
    if (!(error instanceof NotHere)) throw error;
    say(`${title}: ${error.message}`);
    return { title, notHere: error.message };
  }
  try {
    return { title, ...(await seenOn(kind, host)) };
  } finally {
    say(`${title}: taking it down`);
    await host.down();
  }
}

async function seenOn(kind: HostKind, host: Host) {
  const { environment, contractEnvironment = environment } = host;
  const [project, file] = kind.contract;
  const leftOut = [
    ...(kind.leftOut === undefined ? [] : [`--exclude=${kind.leftOut}`]),
    ...(kind.leftOutTest === undefined ? [] : [`--testNamePattern=^(?!${kind.leftOutTest})`]),
  ];
  const limits = await limitsThere(host);
  const { signal } = interrupting;
  const contract =
    wants('contract') &&
    !signal.aborted &&
    (await runSuite([`--project=${project}`, file], contractEnvironment, host, signal));
  const hostile =
    wants('hostile') &&
    !signal.aborted &&
    (await runSuite(['--project=hostile', ...leftOut], environment, host, signal));
  return { limits, ...(contract && { contract }), ...(hostile && { hostile }) };
}
