import { expect, test } from 'vitest';
import { securityBatching } from '../src/parts/security-batching.ts';
import { securityEvents } from '../src/parts/security-events.ts';
import { DEADLINE_MS, measureSmallest } from './measured.ts';

test(
  'what security events cost the application is measured with and without them',
  async () => {
    const measured = await measureSmallest(securityEvents.run);
    // So few calls that a difference may be less than nothing.
    for (const { name, values } of measured) expect(values.every(Number.isFinite), name).toBe(true);
    expect(measured.map(({ name }) => name)).toEqual([
      'a request of Express at 5,000/s without the middleware, CPU of the process',
      'a request of Express at 5,000/s, each one logged, CPU of the process',
      'the middleware, each request logged, CPU a request',
      'the middleware, no request logged, CPU a request',
      'logEvent, synchronous part of a call',
      'logEvent under load until Redis has the event, CPU of the process an event',
      'logEvent under load until Redis has the event, CPU of the process an event, without deduplication',
      'burst of 500 events, a call',
      'burst of 500 events, growth of the process at its peak',
      'burst of 500 events, most events held',
      'burst of 500 events, critical ones that are rows, all of them',
      'burst of 500 events, others that are queued',
      'burst of 500 events, identical ones for which an event in the queue stands',
      'burst of 500 events, of low priority that were dropped, or for which a dropped one stood',
      'a service that is open and idle',
      '100,000 batched events an hour with three handlers, those of a second together',
      '100,000 batched events an hour with three handlers, those of a second together, CPU an event',
      '100,000 batched events an hour with three handlers, one by one',
    ]);
    const valueOf = (what: string): number => measured.find(({ name }) => name.includes(what))?.values[0] ?? 0;
    expect(valueOf('critical ones that are rows')).toBe(1);
    const parts = ['critical ones', 'others that are queued', 'identical ones', 'of low priority'].map(valueOf);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(500);
  },
  DEADLINE_MS,
);

test(
  'the effect of batch size, wait and priority is measured up to the row',
  async () => {
    const measured = await measureSmallest(securityBatching.run);
    for (const { name, values } of measured) expect(values.every(Number.isFinite), name).toBe(true);
    const names = measured.map(({ name }) => name);
    const variants = [
      ...[1, 5, 20, 100, 500].map((size) => `1,000/s, batches of ${size}`),
      ...['0', '20', '200', '1,000', '5,000'].map((wait) => `20/s, a wait of ${wait} ms`),
      ...['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'].map((priority) => `20/s, ${priority}`),
    ];
    for (const variant of variants) {
      for (const what of ['rows a transaction', 'write-ahead log', 'call to row, p50', 'call to row, p99']) {
        expect(names).toContain(`${variant}, ${what}`);
      }
    }
    const valueOf = (name: string): number => measured.find((each) => each.name === name)?.values[0] ?? Number.NaN;
    expect(valueOf('20/s, a wait of 5,000 ms, call to row, p50')).toBeGreaterThan(
      valueOf('20/s, a wait of 0 ms, call to row, p50'),
    );
  },
  DEADLINE_MS,
);
