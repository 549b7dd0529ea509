import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Fault } from './fault.mjs';

/**
 * What vitest's own report tells: totals, why tests were skipped, and what failed. A file that could not be loaded counts
 * as one failure.
 * @param {string} path Of what `--reporter=json` wrote.
 * @param {string} root The folder to which the names of files are told.
 */
export function readReport(path, root) {
  /**
   * @typedef {{ status: string, fullName: string, failureMessages: string[], meta?: { reason?: string } }} Assertion
   * @type {{ testResults: { name: string, status: string, message: string, assertionResults: Assertion[] }[] }}
   */
  let results;
  try {
    results = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new Fault('vitest ended without a report');
  }
  const totals = { passed: 0, failed: 0, skipped: 0 };
  /** @type {Set<string>} */
  const reasons = new Set();
  /** @type {string[]} */
  const failures = [];
  for (const { name, status, message, assertionResults } of results.testResults) {
    const file = relative(root, name);
    for (const assertion of assertionResults) {
      totals[assertion.status === 'passed' || assertion.status === 'failed' ? assertion.status : 'skipped'] += 1;
      if (assertion.meta?.reason) reasons.add(assertion.meta.reason);
      if (assertion.status === 'failed')
        failures.push(`${file}: ${assertion.fullName}: ${firstLine(assertion.failureMessages[0])}`);
    }
    if (status !== 'failed' || assertionResults.some((assertion) => assertion.status === 'failed')) continue;
    totals.failed += 1;
    failures.push(`${file}: ${firstLine(message)}`);
  }
  return { ...totals, reasons, failures };
}

/** @param {string | undefined} text */
function firstLine(text = '') {
  return text.split('\n').find((line) => line.trim() !== '') ?? 'no reason given';
}
