import type { EnginePort } from './cli/cli-deps.ts';
import type { EnginePortOptions } from './engine-port.ts';

/**
 * The engine port, loaded when something is first asked of it, since most commands need neither Docker nor the service.
 */
export function lateEnginePort(options: EnginePortOptions): EnginePort {
  let loading: Promise<EnginePort> | undefined;
  const port = () => (loading ??= import('./engine-port.ts').then((loaded) => loaded.createEnginePort(options)));
  return {
    open: async (...asked) => (await port()).open(...asked),
    start: async (...asked) => (await port()).start(...asked),
    machine: async (...asked) => (await port()).machine(...asked),
    ensureImage: async (...asked) => (await port()).ensureImage(...asked),
    bringProgram: async (...asked) => (await port()).bringProgram(...asked),
    install: async (...asked) => (await port()).install(...asked),
    layFiles: async (...asked) => (await port()).layFiles(...asked),
    lookAtFiles: async (...asked) => (await port()).lookAtFiles(...asked),
    putBackWorkspaces: async (...asked) => (await port()).putBackWorkspaces(...asked),
    examine: async (...asked) => (await port()).examine(...asked),
  };
}
