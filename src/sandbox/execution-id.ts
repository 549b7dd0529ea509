/** Whether it may become part of paths and names. */
export function isExecutionId(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,40}$/.test(text);
}

const INSTALLATION = 'install-';

/** What stands in place of an execution's id where packages are installed for an agent. */
export function installationId(agentNumber: number): string {
  return `${INSTALLATION}${agentNumber}`;
}

export function isInstallation(executionId: string): boolean {
  return executionId.startsWith(INSTALLATION);
}

const TRIAL_RUN = 'probe-';

/** The id of a trial run of the sandbox itself. */
export function trialRunId(unique: string): string {
  return `${TRIAL_RUN}${unique}`;
}

export function isTrialRun(executionId: string): boolean {
  return executionId.startsWith(TRIAL_RUN);
}
