/**
 * What kind of thing has gone wrong: `input` only other input can mend, `engine` is for the engine to answer better,
 * `sandbox` is in the way of agents on this machine, `disk` has no room; all else is told by its code alone.
 */
export type ErrorKind = 'input' | 'engine' | 'sandbox' | 'disk' | 'other';

/** Every operating error. docs/operating.md says of each what it comes from and what helps. */
const KINDS = {
  already_running: 'other',
  backup_damaged: 'other',
  backup_exists: 'input',
  backup_failed: 'other',
  backup_not_in_order: 'other',
  backup_place: 'input',
  config_invalid: 'input',
  config_unreadable: 'other',
  conservation_broken: 'other',
  database_damaged: 'other',
  database_locked: 'other',
  database_missing: 'other',
  database_newer: 'other',
  database_unreadable: 'other',
  disk_full: 'disk',
  install_failed: 'other',
  llm_key_missing: 'other',
  log_unreadable: 'other',
  migration_changed: 'other',
  not_a_backup: 'input',
  not_ended_yet: 'other',
  nothing_to_install: 'other',
  npm_missing: 'other',
  plots_need_echarts: 'other',
  run_not_ended: 'other',
  run_not_ours: 'other',
  run_unknown: 'other',
  sandbox_disk: 'sandbox',
  sandbox_engine: 'engine',
  sandbox_engine_address: 'engine',
  sandbox_engine_permission: 'engine',
  sandbox_engine_remote: 'engine',
  sandbox_engine_unfit: 'engine',
  sandbox_engine_unreachable: 'engine',
  sandbox_files: 'sandbox',
  sandbox_image_base: 'sandbox',
  sandbox_image_build: 'sandbox',
  sandbox_image_missing: 'sandbox',
  sandbox_image_pull: 'sandbox',
  sandbox_image_source: 'sandbox',
  sandbox_mounts: 'sandbox',
  sandbox_probe: 'sandbox',
  sandbox_runtime: 'sandbox',
  sandbox_sockets: 'sandbox',
  sandbox_supervisor: 'sandbox',
  sandbox_volume: 'sandbox',
  sandbox_workspace: 'sandbox',
  scenario_broken: 'other',
  scenario_invalid: 'input',
  scenario_not_found: 'input',
  service_socket: 'other',
  unexpected: 'other',
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof KINDS;

export const ERROR_CODES = Object.keys(KINDS) as readonly ErrorCode[];

export function kindOf(code: ErrorCode): ErrorKind {
  return KINDS[code];
}
