import type { OperatorRequest } from '../domain/operator-request.ts';
import { accept, type Result } from '../domain/refusal.ts';
import { isHeldByAnother } from '../economy/home/database-patience.ts';
import { closeRequest, hasLapsedRequests, tidyRequests } from '../economy/requests/close-request.ts';
import { publishRequest, refusalOf } from '../economy/requests/publish-request.ts';
import type { Home } from './home.ts';
import { putAwayFiles, StagedFiles } from './request-files.ts';
import { closeFiles, openFiles, type SentFile } from './taken-files.ts';

export interface AskOrder {
  readonly text: string;
  /** Paths, or what was sent along. */
  readonly files: readonly (string | SentFile)[];
  readonly until: number | null;
}

/** A request as it is now. */
export interface HandledRequest {
  readonly request: OperatorRequest;
  /** Why files of closed requests are there still; the next command of these, and a `run`, try again. */
  readonly leftOver: string | undefined;
}

/**
 * Publishes a wish with copies of the operator's files. `directory` is where files are looked for that aren't named by an
 * absolute path. Refuses what `publishRequest`, `openFiles` and `StagedFiles` refuse.
 */
export function ask(
  { directory }: { readonly directory: string },
  home: Home,
  order: AskOrder,
): Result<HandledRequest> {
  const { economy, config } = home;
  const { text, until } = order;
  const files = openFiles(order.files, { directory, filesMax: config.requests.files_max });
  if (!files.ok) return files;
  try {
    const draft = { text, until, files: files.value };
    const refusal = refusalOf(economy, draft);
    if (refusal) return refusal;
    const staged = StagedFiles.copy(home.directory, files.value, config.requests);
    if (!staged.ok) return staged;
    try {
      const request = publishRequest(economy, draft, (id) => staged.value.place(id));
      return request.ok ? accept({ request: request.value, leftOver: tidied(home) }) : request;
    } finally {
      staged.value.discard();
    }
  } finally {
    closeFiles(files.value);
  }
}

/** Closes a request, and takes its files away. Refuses as `closeRequest` does. */
export function closeAsked(home: Home, requestId: number, answeredBy: number | null): Result<HandledRequest> {
  const request = closeRequest(home.economy, requestId, { answeredBy });
  return request.ok ? accept({ request: request.value, leftOver: tidied(home) }) : request;
}

/** For a process that goes on: takes files away when time has closed their request. */
export class RequestShelf {
  readonly #home: Home;
  readonly #onFailure: (error: unknown) => void;
  #isDue = true;

  constructor(home: Home, onFailure: (error: unknown) => void) {
    this.#home = home;
    this.#onFailure = onFailure;
  }

  /**
   * Cheap where there is nothing to do. To be called now and then. The first call also does what other processes left
   * undone.
   */
  look(): void {
    try {
      if (!this.#isDue && !hasLapsedRequests(this.#home.economy)) return;
      this.#isDue = true;
      tidy(this.#home);
      this.#isDue = false;
    } catch (error) {
      // What another process that holds the database keeps it from is done the next time.
      if (isHeldByAnother(error)) return;
      this.#isDue = false;
      this.#onFailure(error);
    }
  }
}

/** The request is published or closed by then. So what is in the way of the files is told, and is no failure. */
function tidied(home: Home): string | undefined {
  try {
    tidy(home);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function tidy({ economy, directory }: Home): void {
  tidyRequests(economy, (keep) => putAwayFiles(directory, keep));
}
