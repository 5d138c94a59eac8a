import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { StartError } from './start-error.ts';

const DEADLINE_MS = 60_000;
const POLL_MS = 50;
const ANSWER_MS = 2000;

const AuditMetrics = z.object({
  health: z.object({ status: z.string() }),
  metrics: z.object({ queue_length: z.number(), inserts_last_minute: z.number() }),
  recommendations: z.array(z.object({ severity: z.string(), message: z.string(), action: z.string().optional() })),
});
export type AuditMetrics = Readonly<z.output<typeof AuditMetrics>>;

/** Waits until the API answers at all: what it says about health is for later. */
export async function waitForApi(apiUrl: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (performance.now() < deadline) {
    try {
      await fetch(`${apiUrl}/api/v1/monitoring/health`, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      });
      return;
    } catch {
      signal.throwIfAborted();
      await sleep(POLL_MS, undefined, { signal });
    }
  }
  throw new StartError(`the API did not answer at ${apiUrl} within ${DEADLINE_MS / 1000} s`);
}

/** What the whole fleet says about itself; null when the API does not answer. */
export async function readMetrics(apiUrl: string): Promise<AuditMetrics | null> {
  try {
    const answer = await fetch(`${apiUrl}/api/v1/monitoring/audit-metrics`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return AuditMetrics.parse(await answer.json());
  } catch {
    return null;
  }
}
