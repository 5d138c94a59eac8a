import type { ExpectedSecurityEvent } from './expected-security-events.ts';
import type { HandlerCalls } from './handler-calls.ts';
import type { Outcome } from './run-requests.ts';
import type { SecurityMatch } from './security-rows.ts';
import { STEPS } from './security-steps.ts';
import type { Difference } from './stored-rows.ts';

const SHOWN = 20;

/** What became of the security events. */
interface SecurityResult extends SecurityMatch {
  readonly expected: readonly ExpectedSecurityEvent[];
  readonly wrongAnswers: readonly string[];
  readonly handlerCalls: HandlerCalls;
}

/** All that the demo learned. */
export interface DemoResult {
  readonly requests: Outcome;
  readonly lines: Outcome;
  /** By reason, as the application counted them itself. */
  readonly refused: Readonly<Record<string, number>>;
  readonly rows: ReadonlyMap<string, unknown>;
  readonly differences: readonly Difference[];
  readonly security: SecurityResult;
}

function toLine(name: string, outcome: Outcome, result: DemoResult): string {
  const stored = outcome.acknowledged.filter(({ id }) => result.rows.has(id)).length;
  const names = new Set(outcome.acknowledged.map((event) => event.name));
  const differing = new Set(result.differences.filter((each) => names.has(each.name)).map((each) => each.name)).size;
  const expected = outcome.sent - outcome.refused;
  const cells = [outcome.sent, outcome.refused, expected, outcome.acknowledged.length, stored, differing];
  return [name.padEnd(10), ...cells.map((cell) => String(cell).padStart(14))].join('');
}

/** A value on one line; control characters and direction marks are shown as escapes, since the input is hostile. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  const safe = text.replaceAll(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
  return safe.length > 200 ? `${safe.slice(0, 200)}…` : safe;
}

/** The application's own count of refusals; of requests without a Host header it hears only when they are broken besides. */
function isSameCount({ requests, refused }: DemoResult): boolean {
  const counted = Object.values(refused).reduce((sum, count) => sum + count, 0);
  return counted <= requests.refused && requests.refused <= counted + requests.withoutHost;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The rows of the steps, one line each, and whether those of all security events are there and as they should be. */
function printSecurity(result: SecurityResult): boolean {
  const { expected, matched, differences, unexplained, wrongAnswers, handlerCalls: calls } = result;
  print(`security events: ${expected.length} expected, ${matched.length} stored, ${unexplained.length} unexplained`);
  const names = new Set(STEPS.map(({ name }) => name));
  for (const { event, row } of matched.filter((each) => names.has(each.event.name))) {
    const cells = [row['severity'], row['event_type'], row['user_id'] ?? '-', row['correlation_id'], event.name].map(
      String,
    );
    print(`  ${cells.map((cell, at) => cell.padEnd([9, 24, 6, 38, 0][at] ?? 0)).join('')}`);
  }
  for (const row of unexplained.slice(0, SHOWN)) print(`unexplained: ${show(row)}`);
  for (const fault of wrongAnswers) print(`wrong answer: ${fault}`);
  print(`handler of refusals: ${calls.expected} calls expected, ${calls.counted} in the application's metrics`);
  printDifferences(differences);
  const isComplete = unexplained.length === 0 && calls.counted === calls.expected;
  return isComplete && differences.length === 0 && wrongAnswers.length === 0;
}

function printDifferences(differences: readonly Difference[]): void {
  for (const { name, field, expected, stored } of differences.slice(0, SHOWN)) {
    print(`differs: ${show(name)} ${field}\n  expected ${show(expected)}\n  stored   ${show(stored)}`);
  }
}

/** Prints the table and what differs; returns the exit code: 0 when the table closes and nothing differs. */
export function printReport(result: DemoResult): number {
  const columns = ['sent', 'refused', 'expected', 'acknowledged', 'stored', 'differing'];
  print([''.padEnd(10), ...columns.map((column) => column.padStart(14))].join(''));
  print(toLine('requests', result.requests, result));
  print(toLine('lines', result.lines, result));
  const reasons = Object.entries(result.refused).map(([reason, count]) => `${reason} ${count}`);
  if (reasons.length > 0) print(`refused by the HTTP parser: ${reasons.join(', ')}`);

  const unacknowledged = [...result.requests.unacknowledged, ...result.lines.unacknowledged];
  for (const name of unacknowledged.slice(0, SHOWN)) print(`not acknowledged: ${show(name)}`);
  printDifferences(result.differences);
  const isRefusalKnown = isSameCount(result);
  if (!isRefusalKnown) print(`the sender counted ${result.requests.refused} refused requests, the application others`);
  const isSecurityWhole = printSecurity(result.security);
  const isWhole = unacknowledged.length === 0 && result.differences.length === 0 && isRefusalKnown && isSecurityWhole;
  print(isWhole ? 'Nothing differs.' : 'The table does not close.');
  return isWhole ? 0 : 1;
}
