import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFakeProvider, type Behaviour, type FakeProvider, type ProviderCall } from '../helpers/fake-provider.ts';
import { exitOf, until, type ProgramHome } from '../helpers/program.ts';
import { KEY } from '../helpers/provider-settings.ts';
import { makeResident, residentHome } from '../helpers/resident-home.ts';
import {
  executionOf,
  residentOf,
  residentProviders,
  RESIDENTS,
  turnOf,
  usageOf,
  type Resident,
} from '../helpers/residents.ts';

// Coding agents, unmodified, from `agent new` to a second life that has read its marks. The model is played: it calls
// the tools that each of them offers, in its format.

const REPORT = 'A report of a resident';
const FILE = 'report.md';
const REASON = 'shorter next time, please';
const SECOND = 'In my second life I say at the end what I found, and my program shows it.';

/** Looks for the operator's key, which it puts together itself, in all that an agent can read. */
const SEARCH = `echo '${REPORT}' > ${FILE}; echo 'marks: none yet' > NOTES.md
cat > search.py <<'END'
import os
key = b"-".join([b"sk", b"the", b"operators", b"own"])
places = [f"/proc/{name}/{part}" for name in os.listdir("/proc") if name.isdigit() for part in ("environ", "cmdline")]
for top in ("/workspace", "/tmp", "/etc", "/run", "/home", "/root", "/var/tmp"):
    places += [os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names]
found = 0
for place in places:
    try:
        with open(place, "rb") as file:
            found += key in file.read()
    except OSError:
        pass
print("searched", len(places) > 50, "found", found)
END
python3 search.py; du -sk /opt/program`;

interface Execution {
  readonly id: string;
  readonly outcome: string;
  readonly used: {
    readonly cpu_seconds: number;
    readonly memory_mb_peak: number;
    readonly tokens: number;
    readonly workspace_bytes: number;
  };
}

interface Form {
  readonly program: { readonly version: string };
  readonly needs: { readonly format: string };
}

interface Prompt {
  readonly id: string;
  readonly title: string | null;
  readonly content: string;
}

let provider: FakeProvider;
const homes: ProgramHome[] = [];
/** By life, the tokens that the provider told. */
const told = new Map<string, number>();
/** `npm run residents` prints it. */
const table: object[] = [];
const TABLE = process.env['BP_RESIDENTS_TABLE'];

beforeAll(async () => {
  provider = await startFakeProvider();
  provider.behave((call) => {
    const behaviour = turn(residentOf(call), call);
    const usage = usageOf(call, behaviour);
    const life = lifeOf(residentOf(call), executionOf(call));
    told.set(life, (told.get(life) ?? 0) + usage.input + usage.output);
    return { usage, ...behaviour };
  });
});
afterAll(async () => {
  for (const place of homes) place.close();
  await provider.close();
  if (TABLE !== undefined) writeFileSync(TABLE, JSON.stringify(table));
});

/** In its first life it writes a file and shows it; in its second one it says something and shows nothing. */
function turn(resident: Resident, call: ProviderCall): Behaviour {
  const number = turnOf(call);
  const tool = (one: NonNullable<Behaviour['tool']>) => ({ tool: { ...one, id: `call_${number}` } });
  if (isSecond(call)) return number === 0 ? tool(resident.shell(`cat ${FILE} NOTES.md`)) : { words: [SECOND] };
  if (number === 0) return tool(resident.shell(SEARCH));
  if (number === 1) {
    if (resident.mcp) return tool(resident.mcp('submitPrompt', { title: REPORT, content: REPORT, files: [FILE] }));
    return tool(resident.shell(`bp prompt --title '${REPORT}' --file ${FILE} < ${FILE}`));
  }
  return { words: ['Done.'] };
}

const lifeOf = ({ template }: Resident, executionId: string) => `${template} ${executionId}`;

/** It was told its marks. */
const isSecond = ({ body }: Pick<ProviderCall, 'body'>) => JSON.stringify(body).includes(REASON);

it.each(RESIDENTS.map((resident) => [resident.template, resident] as const))('%s', async (agentId, resident) => {
  process.env['RESIDENTS_KEY'] = KEY;
  const place = residentHome(residentProviders(provider.origin, { key_env: 'RESIDENTS_KEY' }));
  homes.push(place);
  await makeResident(place, resident);
  const shown = (number: number) =>
    until(
      () => place.json<Prompt[]>('prompts', '--agent', agentId),
      (prompts) => prompts.length >= number,
      1_200_000,
    );
  // No second life begins before the first one is marked.
  expect(await exitOf(place.start('run', '--headless', '--cycles', '1'))).toBe(0);
  const [first] = await shown(1);
  expect(first).toMatchObject({ title: REPORT, content: expect.stringContaining(REPORT) as string });
  const taken = join(place.directory, 'taken');
  expect(await place.within('take', first!.id, taken)).toMatchObject({ status: 0 });
  expect(readFileSync(join(taken, FILE), 'utf8')).toBe(`${REPORT}\n`);
  expect(await place.within('score', first!.id, '7', '8', '9', '--reason', REASON)).toMatchObject({ status: 0 });
  const run = place.start('run', '--headless');
  const [, second] = await shown(2);
  expect(second).toMatchObject({ content: SECOND });
  run.kill('SIGTERM');
  await exitOf(run);

  const executions = await place.json<Execution[]>('executions', '--agent', agentId);
  const calls = provider.calls.filter((call) => residentOf(call) === resident);
  for (const { id, outcome, used } of executions.slice(0, 2)) {
    const { stdout: log } = await place.within('logs', id);
    expect(outcome, log).toBe('completed');
    expect(used.tokens, log).toBe(told.get(lifeOf(resident, id)));
  }
  const ofSecond = calls.filter((call) => executionOf(call) === executions[1]!.id);
  const marks = /interesting[\\": ]+(\d).*useful[\\": ]+(\d).*understandable[\\": ]+(\d)/;
  expect(marks.exec(JSON.stringify(ofSecond[0]!.body))?.slice(1)).toEqual(['7', '8', '9']);
  // Its notes and its file are still there.
  expect(JSON.stringify(ofSecond.at(-1)!.body).includes('marks: none yet')).toBe(true);
  const searched = JSON.stringify(calls.find((call) => turnOf(call) === 1)!.body);
  expect(/searched (True|False) found \d+/.exec(searched)?.[0]).toBe('searched True found 0');
  for (const { headers } of calls)
    expect(headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers.authorization).toContain(KEY);
  expect(await place.json('audit')).toMatchObject({ ok: true });
  const form = JSON.parse(readFileSync(formOf(agentId), 'utf8')) as Form;
  table.push({
    ...{ template: agentId, version: form.program.version, format: form.needs.format, calls: calls.length },
    lives: executions.slice(0, 2).map(({ used }) => used),
    program_mb: Math.round(Number(/(\d+)[\\t ]+\/opt\/program/.exec(searched)?.[1]) / 1024),
  });
});

function formOf(template: string): string {
  return fileURLToPath(new URL(`../../runtime/templates/${template}/template.json`, import.meta.url));
}
