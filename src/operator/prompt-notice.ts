import type { Config } from '../config/schema.ts';
import type { Prompt } from '../domain/attention.ts';
import { makeControlsVisible } from '../domain/control-characters.ts';
import { formatId } from '../domain/ids.ts';
import { isHushed } from '../economy/attention/prompt-slot.ts';
import { stateOf } from '../economy/views/status-view.ts';
import { runHanded } from '../platform/handed-program.ts';
import type { Home } from './home.ts';
import type { PromptDesk } from './prompt-desk.ts';

const TITLE_CHARS_MAX = 200;

export interface PromptNoticeOptions {
  readonly home: Home;
  readonly prompts: Pick<PromptDesk, 'open' | 'idleMs'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of the first failure of several in a row. */
  readonly onFailure: (line: string) => void;
}

/**
 * Calls the operator by `notify.command` when a prompt waits and nobody has touched anything for a while: once for each
 * prompt, one at a time, not while nobody is to be asked, and not while the operator has paused the market.
 */
export class PromptNotice {
  readonly #options: PromptNoticeOptions;
  readonly #config: Config['notify'];
  readonly #closing = new AbortController();
  #told: number | undefined;
  #lastAt = -Infinity;
  #running: Promise<void> | undefined;
  #isFailing = false;

  constructor(options: PromptNoticeOptions) {
    this.#options = options;
    this.#config = options.home.config.notify;
  }

  /** Cheap: to be called a few times each second. */
  look(): void {
    const { command, idle_seconds: idleSeconds, pause_seconds: pauseSeconds } = this.#config;
    const { home, prompts } = this.#options;
    if (command.length === 0 || this.#running || this.#closing.signal.aborted) return;
    const open = prompts.open();
    if (!open || open.id === this.#told) return;
    const { clock } = home.economy;
    if (prompts.idleMs < idleSeconds * 1000 || clock.monotonic() - this.#lastAt < pauseSeconds * 1000) return;
    if (isHushed(home.economy) || stateOf(home.economy).operatorPause !== null) return;
    this.#told = open.id;
    this.#lastAt = clock.monotonic();
    this.#running = this.#tell(open);
  }

  /** Kills what still runs of it. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #tell(prompt: Prompt): Promise<void> {
    const { home, environment, onFailure } = this.#options;
    const [command = '', ...parameters] = this.#config.command;
    const facts = factsOf(prompt, home.directory);
    const program = {
      ...{ command, parameters, directory: home.directory, timeoutMs: this.#config.timeout_seconds * 1000 },
      ...{ environment: { ...environment, ...environmentOf(facts) }, input: `${JSON.stringify(facts)}\n` },
    };
    const failure = await runHanded(home.economy, program, this.#closing.signal);
    if (failure !== undefined && !this.#isFailing) onFailure(`notify.command failed: ${failure}`);
    this.#isFailing = failure !== undefined;
    this.#running = undefined;
  }
}

interface Facts {
  readonly prompt_id: string;
  readonly agent_id: string;
  readonly request_id: string | null;
  /** One line of the agent's own words. */
  readonly title: string | null;
  readonly home: string;
}

function factsOf({ id, agentId, requestId, title }: Prompt, home: string): Facts {
  return {
    prompt_id: formatId('prompt', id),
    agent_id: agentId,
    request_id: requestId === null ? null : formatId('request', requestId),
    title: title === null ? null : oneLine(title),
    home,
  };
}

/** Never as an argument: a program may take what begins with a dash for an option. */
function environmentOf(facts: Facts): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [`NOTIFY_${name.toUpperCase()}`, String(value ?? '')]),
  );
}

function oneLine(text: string): string {
  return Array.from(makeControlsVisible(text.replaceAll(/\s+/g, ' ').trim()))
    .slice(0, TITLE_CHARS_MAX)
    .join('');
}
