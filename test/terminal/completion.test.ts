import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../helpers/cli.ts';
import { needsCommand } from '../helpers/needs.ts';
import { plant } from '../helpers/planted-economy.ts';
import { MAIN } from '../helpers/program.ts';
import { Shell } from '../helpers/shell.ts';

let home: CliHome;
let bin: string;
beforeAll(() => {
  home = cliHome();
  const economy = home.open();
  plant(economy);
  economy.close();
  mkdirSync(join(home.directory, 'some-folder'));
  bin = join(home.directory, 'bin');
  mkdirSync(bin);
  // Completes as the program does; all else is told as it was called.
  const script = `#!/bin/sh
if [ "$1" = complete-words ]; then exec "${process.execPath}" "${MAIN}" "$@"; fi
printf 'CALLED<%s>\\n' "$*"
`;
  writeFileSync(join(bin, 'bp-agents'), script, { mode: 0o755 });
  for (const shell of ['bash', 'zsh', 'fish'])
    writeFileSync(
      join(home.directory, `completion.${shell}`),
      execFileSync(process.execPath, [MAIN, 'completion', shell]),
    );
});
afterAll(() => home.remove());

/** How each is begun with nothing of its user's, and what it reads the script by. */
const SHELLS = {
  bash: [['bash', '--norc', '--noprofile', '-i'], 'bind "set enable-bracketed-paste off"; . ./completion.bash'],
  zsh: [['zsh', '-f', '-i'], 'autoload -U compinit; compinit -u -D; . ./completion.zsh'],
  fish: [['fish', '--no-config', '-i'], 'source ./completion.fish'],
} as const;

describe.each(Object.entries(SHELLS))('in %s', (name, [command, source]) => {
  let shell: Shell | undefined;
  afterAll(() => shell?.close());

  async function begun(): Promise<Shell> {
    if (shell) return shell;
    const environment = { PATH: `${bin}:${process.env['PATH']}`, HOME: home.directory, BP_HOME: home.directory };
    shell = new Shell(['sh', '-c', `cd "${home.directory}" && exec "$@"`, 'sh', ...command], environment);
    // In two words, so that the echo of what is typed is no answer.
    await shell.type(`${source}; echo RE''ADY\r`, /READY/);
    return shell;
  }

  it.for([
    ['stat', 'status'],
    ['agent ge', 'agent genesis'],
    ['agent templ', 'agent templates'],
    ['bids --agent ot', 'bids --agent other'],
    ['skip prompt_1', 'skip prompt_1'],
    ['executions --outcome compl', 'executions --outcome completed'],
    ['explain --js', 'explain --json'],
    ['export --dir some-f', 'export --dir some-folder'],
  ] as const)('%s and Tab is %s', async ([typed, expected], context) => {
    needsCommand(context, name, 'its completion is tried in it');
    const at = await begun();
    await at.type(`bp-agents ${typed}\t`, new RegExp(`${expected.split(' ').at(-1)}`));
    const [, called] = await at.type('\r', /CALLED<(.*?)\/? *>/);
    expect(called).toBe(expected);
  });
});
