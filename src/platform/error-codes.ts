/**
 * What kind of thing has gone wrong:
 * - `input`: only other input can mend it;
 * - `engine`: the engine failed, or must be another one;
 * - `sandbox`: this machine is in the way of agents;
 * - `disk`: there is no room.
 *
 * All else is told by its code alone.
 */
export type ErrorKind = 'input' | 'engine' | 'sandbox' | 'disk' | 'other';

/** Every operating error. docs/handbook/when-something-is-wrong.md says of each what it comes from and what helps. */
export const ERROR_KINDS = {
  already_running: 'other',
  backup_damaged: 'other',
  backup_exists: 'input',
  backup_failed: 'other',
  backup_not_in_order: 'other',
  backup_place: 'input',
  cassette_unusable: 'other',
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
  install_mismatch: 'other',
  install_network: 'other',
  install_no_room: 'other',
  install_not_found: 'other',
  install_too_large: 'other',
  llm_key_missing: 'other',
  log_unreadable: 'other',
  manifest_invalid: 'input',
  materials_too_large: 'other',
  materials_unreadable: 'other',
  migration_changed: 'other',
  no_browser: 'other',
  not_a_backup: 'input',
  not_ended_yet: 'other',
  nothing_to_install: 'other',
  page_not_served: 'other',
  plots_need_echarts: 'other',
  request_place_taken: 'other',
  run_not_ended: 'other',
  run_not_ours: 'other',
  run_unknown: 'other',
  sandbox_content: 'sandbox',
  sandbox_content_changed: 'sandbox',
  sandbox_content_missing: 'sandbox',
  sandbox_disk: 'sandbox',
  sandbox_engine: 'engine',
  sandbox_engine_address: 'engine',
  sandbox_engine_permission: 'engine',
  sandbox_engine_unfit: 'engine',
  sandbox_engine_unproven: 'engine',
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
  sandbox_supervisor: 'sandbox',
  sandbox_unheld: 'engine',
  sandbox_volume: 'sandbox',
  sandbox_workspace: 'sandbox',
  scenario_broken: 'other',
  scenario_invalid: 'input',
  scenario_not_found: 'input',
  template_broken: 'other',
  unexpected: 'other',
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof ERROR_KINDS;
