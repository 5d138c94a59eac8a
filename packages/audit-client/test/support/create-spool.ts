import type { SpooledEntry } from '../../src/spool/frame.ts';
import { Spool } from '../../src/spool/spool.ts';
import type { SpoolOptions } from '../../src/spool/spool-options.ts';
import { createWarnings } from '../../src/warnings.ts';

/** A spool whose queue is an array, with its clock and its warnings; needs nothing of a test runner. */
export function createSpool(dir: string, producerId: string, overrides: Partial<SpoolOptions> = {}) {
  const queue: SpooledEntry[] = [];
  const warnings: string[] = [];
  const spool = new Spool({
    dir,
    maxBytes: 1_000_000_000,
    producerId,
    target: 'target',
    guarantee: 'durable',
    findSettled: null,
    offer: async (entries) => {
      if (process.env['LEAN'] === undefined) queue.push(...entries);
      return entries.length;
    },
    onCorrupt: () => undefined,
    onFault: () => undefined,
    onWaiting: () => undefined,
    warnings: createWarnings({ warn: (_facts, message) => warnings.push(message) }, () => 0),
    now: () => performance.now(),
    wallClock: Date.now,
    ...overrides,
  });
  const append = (line: string, lane: 'main' | 'urgent' = 'main'): Promise<'spooled' | 'unspoolable'> =>
    new Promise((resolve) =>
      spool.append({ lane, line, spooled: () => resolve('spooled'), unspoolable: () => resolve('unspoolable') }),
    );
  return { spool, queue, warnings, append };
}
