import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test, vi } from 'vitest';
import {
  createSecurityEventService,
  currentCorrelationId,
  type EventProcessor,
  runWithCorrelation,
} from '../../../src/events/index.ts';
import { BufferedNotice } from '../../../src/events/processors/buffered-notice.ts';
import { isOwnWork, runAsOwnWork } from '../../../src/transports/own-work.ts';

const requests = new AsyncLocalStorage<string>();

/** A service whose processor, listeners and logger tell what they run in. */
function createObserved(deduplicationWindow = 60_000) {
  const seen: unknown[] = [];
  const see = (): void => void seen.push([requests.getStore(), currentCorrelationId(), isOwnWork()]);
  const processor: EventProcessor = {
    process(events) {
      see();
      return Promise.resolve({ processed: events.length, failed: 0 });
    },
  };
  const service = createSecurityEventService({ processor, batchProcessing: { deduplicationWindow } });
  const watch = (): void => void service.getProcessor().on('batch:processed', see);
  const inRequest = <Answer>(work: () => Answer): Answer => requests.run('r', () => runWithCorrelation('req-1', work));
  return { service, seen, watch, inRequest };
}

test('nothing of a request stays with a package that was loaded within it', async () => {
  vi.resetModules();
  const load = () => import('../../../src/run-outside.ts');
  const { runOutside } = await runWithCorrelation('req-1', () => runAsOwnWork(load));
  expect(runOutside(() => [currentCorrelationId(), isOwnWork()])).toEqual([null, false]);
});

describe('when the first call of a service comes from a request', () => {
  test('its batches and those of all others run outside of it', async () => {
    const { service, seen, watch, inRequest } = createObserved();
    await inRequest(() => service.logEvent('a.b', 'web', { n: 1 }, { priority: 'high' }));
    watch();
    void inRequest(() => service.logEvent('a.b', 'web', { n: 2 }));
    await service.flush();
    expect(seen).toEqual(seen.map(() => [undefined, null, false]));
    expect(seen).toHaveLength(3);
  });

  test('the summary of its window runs outside of it', async () => {
    const { service, seen, inRequest } = createObserved(10);
    for (let count = 0; count < 2; count += 1) {
      void inRequest(() => service.logEvent('a.b', 'web', {}, { priority: 'high' }));
    }
    await expect.poll(() => seen.length).toBe(2);
    expect(seen).toEqual(seen.map(() => [undefined, null, false]));
  });

  test('what Redis is told of waiting numbers is told outside of it', async () => {
    const seen: unknown[] = [];
    const read = (): string => {
      seen.push(requests.getStore());
      return '';
    };
    const notice = new BufferedNotice({ read, tell: () => Promise.resolve(true), everyMs: 1 });
    requests.run('r', () => notice.wake());
    await expect.poll(() => seen).toEqual([undefined, undefined]);
  });
});

describe('when the first call of a service comes from a log transport', () => {
  test('its batch is own work, so that what is logged there makes no event, and so is its summary', async () => {
    const { service, seen, watch } = createObserved(10);
    watch();
    for (let count = 0; count < 2; count += 1) {
      void runAsOwnWork(() => service.logEvent('log.info', 'service', {}, { priority: 'high' }));
    }
    await expect.poll(() => seen.length).toBe(4);
    expect(seen).toEqual(seen.map(() => [undefined, null, true]));
  });

  test('batches of other events are not', async () => {
    const { service, seen, watch } = createObserved();
    await runAsOwnWork(() => service.logEvent('log.info', 'service', {}, { priority: 'high' }));
    watch();
    seen.length = 0;
    await service.logEvent('a.b', 'web', {}, { priority: 'high' });
    expect(seen).toEqual([
      [undefined, null, false],
      [undefined, null, false],
    ]);
  });
});
