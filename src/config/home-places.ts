import { dirname, join } from 'node:path';

/** Where things lie in a home. All of it is named here; docs/handbook/files.md says what each is for. */
export const CONFIG_FILE = 'bp-agents.yaml';

export const RUN_RECORD = 'run-config.json';

/** Agents' files, one folder an agent. */
export function workspacesDirectory(home: string): string {
  return join(home, 'workspaces');
}

/** What the operator lays there all agents can read. */
export function materialsDirectory(home: string): string {
  return join(home, 'materials');
}

/** Files of open requests, a folder a request. */
export function requestFilesDirectory(home: string): string {
  return join(materialsDirectory(home), 'requests');
}

/** Where files are copied to while their request is not published yet, a folder a process. */
export function askingDirectory(home: string): string {
  return join(stateDirectory(home), 'asking');
}

/** An empty file for each folder of a request's that the program has made: no other one is its own to remove. */
export function placedRequestsDirectory(home: string): string {
  return join(stateDirectory(home), 'placed-requests');
}

/** What the program keeps, besides the agents' workspaces and the configuration. */
export function stateDirectory(home: string): string {
  return join(home, '.bp-agents');
}

export function databasePath(home: string): string {
  return join(stateDirectory(home), 'economy.db');
}

/** Copies of the database are beside it. */
export function backupsDirectory(database: string): string {
  return join(dirname(database), 'backups');
}

/** What the configuration came to when it was last read: only to start faster, it may go at any time. */
export function configCachePath(home: string): string {
  return join(stateDirectory(home), 'config.cache');
}

/** The configuration that the newest `run` goes or went by. */
export function runRecordPath(home: string): string {
  return join(stateDirectory(home), RUN_RECORD);
}

/** What the newest `audit` came to. */
export function lastAuditPath(home: string): string {
  return join(stateDirectory(home), 'last-audit.json');
}

/** What the engine's machine has, as the newest `run` found it; there only where that is another machine. */
export function engineMachinePath(home: string): string {
  return join(stateDirectory(home), 'engine-machine.json');
}

/**
 * The engine that the newest check in a container was of, and its result. It only lets `try` begin sooner, and may be
 * removed.
 */
export function provenEnginePath(home: string): string {
  return join(stateDirectory(home), 'engine-proven.json');
}

/** Who may look at the page, and on which port it was last. */
/** Who sends what stands in it sees the metrics, where they are served. */
export function metricsTokenPath(home: string): string {
  return join(stateDirectory(home), 'metrics-token');
}

export function pageDirectory(home: string): string {
  return join(stateDirectory(home), 'page');
}

export function logsDirectory(home: string): string {
  return join(stateDirectory(home), 'logs');
}

/** What each execution printed, a file an execution. */
export function outputsDirectory(home: string): string {
  return join(logsDirectory(home), 'executions');
}

export function outputPath(home: string, executionId: string): string {
  return join(outputsDirectory(home), `${executionId}.log`);
}

/** What of an output came by stderr, where anything did. */
export function outputSourcesPath(output: string): string {
  return output.replace(/\.log$/, '.sources');
}

/** What is known to be the same in an agent's folder and on an engine that sees no folder of this host. */
export function shipmentsDirectory(home: string): string {
  return join(stateDirectory(home), 'shipments');
}

/** What `try` works in while it goes on, a folder a `try`. */
export function triesDirectory(home: string): string {
  return join(stateDirectory(home), 'tries');
}

/** There while a `run` goes on, or after one that was cut off, where agents' files lie in filesystems of their own. */
export function volumesDirectory(home: string): string {
  return join(stateDirectory(home), 'volumes');
}

/** Beside the workspaces, and so on their filesystem: what is being installed for agents, and what was. */
export function installsDirectory(home: string): string {
  return join(workspacesDirectory(home), '.installs');
}

/** What was installed for the agent of that folder and waits for its next execution. */
export function installedDirectory(home: string, folder: string): string {
  return join(installsDirectory(home), `${folder}.ready`);
}
