import { setTimeout as sleep } from 'node:timers/promises';
import { readMetrics, type AuditMetrics } from './api.ts';
import type { OpenStack } from './stack.ts';

const EVERY_MS = 2000;

/**
 * Shows how the stack is, until the signal: on a terminal as one line that changes, elsewhere (a log file) as a line
 * when the state changes. Notes what runs on the way.
 */
export async function follow(stack: OpenStack, signal: AbortSignal): Promise<void> {
  let shown = '';
  while (!signal.aborted) {
    const metrics = await readMetrics(stack.addresses.AUDIT_API_URL);
    stack.note();
    if (signal.aborted) return;
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\x1b[2K${toLine(metrics).slice(0, process.stdout.columns - 1)}`);
    } else if (toState(metrics) !== shown) {
      process.stdout.write(`${toLine(metrics)}\n`);
    }
    shown = toState(metrics);
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
  if (process.stdout.isTTY) process.stdout.write('\n');
}

function toLine(answer: AuditMetrics | null): string {
  if (answer === null) return 'the API does not answer: npm run pm2 -- logs audit-api';
  const { metrics, recommendations } = answer;
  const action = recommendations.find((it) => it.action !== undefined)?.action;
  const figures = `${metrics.queue_length} queued · ${metrics.inserts_last_minute} stored in the last minute`;
  return `${toState(answer)} · ${figures}${action === undefined ? '' : ` · ${action}`}`;
}

function toState(answer: AuditMetrics | null): string {
  if (answer === null) return 'away';
  const worst = answer.recommendations.filter(({ severity }) => severity !== 'info').map(({ message }) => message);
  return [answer.health.status, ...worst].join(' · ');
}
