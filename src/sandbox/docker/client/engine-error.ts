import { BpError } from '../../../platform/errors.ts';
import { errorCode } from '../../../platform/system-error.ts';

/** The HTTP status of an answer of the engine's that was an error, or undefined where it didn't answer. */
export function engineStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** The same of the error that `DockerClient.call` made of it. */
export function statusBehind(error: unknown): number | undefined {
  return error instanceof BpError ? engineStatus(error.cause) : undefined;
}

/** What the engine itself says went wrong, in one line. */
export function engineMessage(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'json' in error) {
    const { json } = error;
    if (typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string')
      return json.message.replace(/\s+/g, ' ').trim().slice(0, 500);
  }
  return error instanceof Error ? error.message.replace(/\s+/g, ' ').trim().slice(0, 500) : 'unknown';
}

/**
 * The operating error behind a failed call of the engine's: `sandbox_engine_permission`, `sandbox_engine_unreachable`,
 * or `sandbox_engine` with what it said while doing `what`.
 */
export function engineError(what: string, error: unknown): BpError {
  if (error instanceof BpError) return error;
  const status = engineStatus(error);
  if (status !== undefined)
    return new BpError('sandbox_engine', `the Docker engine could not ${what}: ${engineMessage(error)}`, {
      cause: error,
    });
  const code = errorCode(error);
  if (code === 'EACCES' || code === 'EPERM')
    return new BpError('sandbox_engine_permission', 'this user may not use the Docker engine', {
      hint: 'add the user to the docker group (sudo usermod -aG docker $USER) and log in again',
      cause: error,
    });
  return new BpError('sandbox_engine_unreachable', `no Docker engine answers (${code ?? engineMessage(error)})`, {
    hint: 'install Docker or start it (sudo systemctl start docker)',
    cause: error,
  });
}
