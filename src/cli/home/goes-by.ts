/**
 * Which configuration a command goes by:
 * - `run`: that of the `run` that goes on, else of the last one;
 * - `running`: that of the `run` that goes on, else the file's;
 * - `file`: what the file says now, as the next `run` will.
 */
export type GoesBy = 'run' | 'running' | 'file';

/** A command that shows an economy goes by its `run`. One that changes it goes by its next `run` where none goes on. */
export const GOES_BY: Readonly<Record<string, GoesBy>> = {
  init: 'file',
  bootstrap: 'running',
  try: 'run',
  run: 'file',
  stop: 'running',
  pause: 'running',
  resume: 'running',
  listen: 'running',
  open: 'run',
  web: 'running',
  prompts: 'run',
  score: 'running',
  skip: 'running',
  ask: 'running',
  requests: 'run',
  request: 'run',
  'request close': 'running',
  tell: 'running',
  take: 'run',
  status: 'run',
  agents: 'run',
  agent: 'run',
  'agent new': 'running',
  'agent templates': 'running',
  'agent install': 'running',
  'agent update': 'running',
  markets: 'run',
  bids: 'run',
  explain: 'run',
  executions: 'run',
  calls: 'run',
  logs: 'run',
  messages: 'run',
  transfers: 'run',
  history: 'run',
  replay: 'run',
  measures: 'run',
  config: 'file',
  mcp: 'run',
  audit: 'run',
  export: 'run',
  report: 'run',
  backup: 'run',
  restore: 'file',
  purge: 'running',
  image: 'file',
  doctor: 'file',
  service: 'file',
};
