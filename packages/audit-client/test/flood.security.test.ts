import { fileURLToPath } from 'node:url';
import { spawnProcess, useRedis } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { makeTempDir } from './support/temp-dir.ts';

const { url } = await useRedis();
const FLOOD = fileURLToPath(new URL('programs/log-a-million.ts', import.meta.url));

test.each([
  ['Redis there, policy "spool"', { AUDIT_OVERFLOW: 'spool' }, true],
  ['Redis away, policy "wait"', { AUDIT_OVERFLOW: 'wait' }, false],
] as const)(
  'row 25: a million un-awaited calls in a heap of 128 MB, %s: memory is bounded and every call is counted',
  async (_name, env, isThere) => {
    await using child = spawnProcess(FLOOD, {
      env: {
        ...env,
        REDIS_URL: isThere ? url : 'redis://127.0.0.1:1',
        AUDIT_SPOOL_DIR: makeTempDir(),
        AUDIT_SPOOL_MAX_BYTES: '20000000',
      },
      nodeArgs: ['--max-old-space-size=128'],
    });
    expect(await child.exited).toEqual({ code: 0, signal: null });
    const printed = child.lines.find((line) => line.json?.['counts'] !== undefined)?.json;
    const outcome = JSON.parse(JSON.stringify(printed));
    const counts: Record<string, number> = outcome.counts;
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(1_000_000);
    expect(outcome.pending).toEqual({ events: 0, bytes: 0 });
    expect(outcome.peakPending).toBeLessThanOrEqual(20_000);
    expect((counts['buffer_full'] ?? 0) + (counts['dropped'] ?? 0)).toBeGreaterThan(400_000);
  },
  120_000,
);
