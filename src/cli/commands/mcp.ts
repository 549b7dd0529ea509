import { once } from 'node:events';
import type { Command } from 'commander';
import { assistantMethods } from '../../assistant/assistant.ts';
import { serveStdio } from '../../assistant/stdio.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { failureOf } from '../output/command-failure.ts';

interface Options extends GlobalOptions {
  readonly mayTell?: boolean;
}

export function addMcp(command: Command, deps: CliDeps): void {
  command
    .option('--may-tell', 'it may also publish requests and send messages in your name; no marks, ever')
    .action(async () => {
      const { mayTell = false } = command.optsWithGlobals<Options>();
      const { stdin, stdout, interrupt, version } = deps;
      const methods = assistantMethods({
        withHome: (work) => withHome(deps, command, work),
        problemOfError: (error) => failureOf(error).problem,
        ...{ version, mayTell },
      });
      const end = () => stdin.destroy();
      interrupt.addEventListener('abort', end, { once: true });
      try {
        await serveStdio(methods, {
          input: stdin,
          // Who doesn't read is waited for; who is gone, is told of by the stream.
          write: async (line) => {
            if (!stdout.write(line)) await once(stdout, 'drain', { signal: interrupt });
          },
        });
      } catch (error) {
        // The input ends in its middle then.
        if (!interrupt.aborted) throw error;
      } finally {
        interrupt.removeEventListener('abort', end);
      }
    });
}
