import type { Command } from 'commander';
import { SCRIPTS } from '../completion/shell-scripts.ts';
import { SHELLS } from '../completion/word-kind.ts';
import type { CliDeps } from '../cli-deps.ts';
import { reject } from '../output/command-failure.ts';

export function addCompletion(command: Command, { stdout }: CliDeps): void {
  command.action((name: string) => {
    const shell = SHELLS.find((it) => it === name);
    if (!shell) reject('invalid_value', `shell must be one of ${SHELLS.join(', ')}`, { field: 'shell' });
    stdout.write(SCRIPTS[shell]);
  });
}
