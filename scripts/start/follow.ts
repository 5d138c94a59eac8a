import { setTimeout as sleep } from 'node:timers/promises';
import { readMetrics } from './api.ts';
import type { OpenStack } from './stack.ts';
import { toStateLine, toStateWords } from './state-line.ts';

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
      process.stdout.write(`\r\x1b[2K${toStateLine(metrics).slice(0, process.stdout.columns - 1)}`);
    } else if (toStateWords(metrics) !== shown) {
      process.stdout.write(`${toStateLine(metrics)}\n`);
    }
    shown = toStateWords(metrics);
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
  if (process.stdout.isTTY) process.stdout.write('\n');
}
