import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from './test.mjs';

/**
 * @typedef {{ cpu_seconds: number, memory_mb_peak: number, tokens: number, workspace_bytes: number }} Life
 * @typedef {{ template: string, version: string, format: string, calls: number, lives: Life[], program_mb: number }} Row
 */

const HEAD = ['template', 'version', 'format', 'calls', 'tokens', 'CPU s', 'peak MB', 'program MB', 'workspace KB'];

/**
 * `npm run residents`: the coding agents of runtime/templates, each from `agent new` to its second life, and then on a
 * provider that misbehaves; npm brings them from its registry. Prints what two lives took.
 * @param {readonly string[]} args Passed on to vitest.
 */
export async function residents(args) {
  const folder = mkdtempSync(join(tmpdir(), 'bp-agents-residents-'));
  const path = join(folder, 'table.json');
  process.env['BP_RESIDENTS_TABLE'] = path;
  try {
    await test(['--project=residents', ...args]);
    if (existsSync(path)) printTable(/** @type {Row[]} */ (JSON.parse(readFileSync(path, 'utf8'))));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {readonly Row[]} rows */
function printTable(rows) {
  const lines = [HEAD, HEAD.map(() => '---'), ...rows.map(cells)];
  for (const line of lines) console.log(`| ${line.join(' | ')} |`);
}

/** @param {Row} row */
function cells({ template, version, format, calls, lives, program_mb: program }) {
  const both = (/** @type {(life: Life) => number} */ of) => lives.map((life) => amount(of(life))).join(' and ');
  const used = [both(({ tokens }) => tokens), both((life) => life.cpu_seconds), both((life) => life.memory_mb_peak)];
  const kept = both((life) => life.workspace_bytes / 1024);
  return [template, version, format, String(calls), ...used, amount(program), kept];
}

/** @param {number} value */
function amount(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 });
}
