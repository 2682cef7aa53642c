/** Reads what Vitest and Playwright have written in JSON into one count. */
import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {{ passed: number, failed: number, skipped: string[] }} Results tests by outcome; the skipped by name
 * @typedef {{ testResults: { name: string, status: string, assertionResults: { status: string, fullName: string }[] }[] }} VitestReport
 * @typedef {{ title: string, specs?: { title: string, tests: { status: string }[] }[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 */

/**
 * Counts the reports at these paths; one that was never written counts as one failure, and so does a test file that
 * could not be loaded.
 * @param {string[]} paths
 * @returns {Results}
 */
export function countResults(paths) {
  /** @type {Results} */
  const results = { passed: 0, failed: 0, skipped: [] };
  for (const path of paths) {
    const outcomes = existsSync(path) ? readOutcomes(JSON.parse(readFileSync(path, 'utf8'))) : [['failed', path]];
    for (const [status, name] of outcomes) {
      if (status === 'passed' || status === 'expected') results.passed++;
      else if (status === 'failed' || status === 'unexpected' || status === 'flaky') results.failed++;
      else results.skipped.push(name ?? '');
    }
  }
  return results;
}

/** @param {Results} results */
export function summarise({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
}

/**
 * @param {VitestReport | { suites: PlaywrightSuite[], errors: unknown[] }} report
 * @returns {[status: string, name: string][]}
 */
function readOutcomes(report) {
  if ('suites' in report) {
    const broken = /** @type {[string, string][]} */ (report.errors.map(() => ['failed', 'e2e']));
    return [...report.suites.flatMap((suite) => readSuite(suite, '')), ...broken];
  }
  return report.testResults.flatMap(({ name, status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
      ? [['failed', name]]
      : assertionResults.map((test) => /** @type {[string, string]} */ ([test.status, test.fullName]))
  );
}

/**
 * @param {PlaywrightSuite} suite
 * @param {string} prefix
 * @returns {[status: string, name: string][]}
 */
function readSuite(suite, prefix) {
  const name = `${prefix}${suite.title} `;
  const own = (suite.specs ?? []).flatMap((spec) =>
    spec.tests.map((test) => /** @type {[string, string]} */ ([test.status, name + spec.title]))
  );
  return [...own, ...(suite.suites ?? []).flatMap((inner) => readSuite(inner, name))];
}
