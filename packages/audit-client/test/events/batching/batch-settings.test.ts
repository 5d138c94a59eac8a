import { describe, expect, test } from 'vitest';
import { readBatchSettings } from '../../../src/events/batching/batch-settings.ts';

const DEFAULTS = {
  maxBatchSize: { critical: 1, high: 5, medium: 20, low: 50, info: 100 },
  maxWaitTime: { critical: 0, high: 1000, medium: 5000, low: 10_000, info: 30_000 },
  enableAutoFlush: true,
  enablePrioritization: true,
  processHighPriorityImmediately: true,
  enableDeduplication: true,
  deduplicationWindow: 60_000,
  deduplicationStore: undefined,
  fingerprint: undefined,
  maxRetryAttempts: 3,
  retryDelay: 5000,
  processingTimeout: 30_000,
  enableBackpressure: true,
  maxQueueSize: 10_000,
  maxQueueBytes: 67_108_864,
  journal: undefined,
  client: undefined,
};

test('every option has the default that is documented', () => {
  expect(readBatchSettings(undefined)).toEqual({ settings: DEFAULTS, issues: [] });
  expect(readBatchSettings({})).toEqual({ settings: DEFAULTS, issues: [] });
  expect(readBatchSettings({ maxQueueSize: undefined, preset: undefined }).issues).toEqual([]);
});

test('sizes and waits are one number for all priorities, or numbers for some of them', () => {
  const { settings } = readBatchSettings({ maxBatchSize: 7, maxWaitTime: { info: 60, low: 5 } });
  expect(settings.maxBatchSize).toEqual({ critical: 7, high: 7, medium: 7, low: 7, info: 7 });
  expect(settings.maxWaitTime).toEqual({ ...DEFAULTS.maxWaitTime, info: 60, low: 5 });
});

test('the preset realtime makes every wait at most 20 ms, also one that is given', () => {
  const { settings } = readBatchSettings({ preset: 'realtime', maxWaitTime: { low: 5, info: 900 } });
  expect(settings.maxWaitTime).toEqual({ critical: 0, high: 20, medium: 20, low: 5, info: 20 });
  expect(readBatchSettings({ preset: 'standard' }).settings).toEqual(DEFAULTS);
});

const BAD: readonly (readonly [string, unknown])[] = [
  ['maxBatchSize', 0],
  ['maxBatchSize', 1001],
  ['maxBatchSize', 1.5],
  ['maxBatchSize', '5'],
  ['maxBatchSize', { high: 0 }],
  ['maxBatchSize', { urgent: 5 }],
  ['maxWaitTime', -1],
  ['maxWaitTime', 3_600_001],
  ['maxWaitTime', { info: Number.NaN }],
  ['preset', 'fast'],
  ['enableAutoFlush', 'yes'],
  ['enablePrioritization', 1],
  ['processHighPriorityImmediately', null],
  ['enableDeduplication', 0],
  ['deduplicationWindow', 0],
  ['deduplicationWindow', 86_400_001],
  ['deduplicationStore', {}],
  ['fingerprint', 'type'],
  ['maxRetryAttempts', -1],
  ['maxRetryAttempts', 101],
  ['retryDelay', -1],
  ['retryDelay', Number.POSITIVE_INFINITY],
  ['processingTimeout', 0],
  ['enableBackpressure', 'no'],
  ['maxQueueSize', 0],
  ['maxQueueSize', 10_000_001],
  ['maxQueueBytes', 1023],
  ['maxQueueBytes', 17_179_869_185],
  ['maxQueueBytes', '64 MiB'],
  ['journal', 'true'],
  ['client', {}],
];

test.each(BAD)('a bad %s (%j) is named, keeps its default, and leaves the other options alone', (name, value) => {
  const other = name === 'retryDelay' ? { maxRetryAttempts: 9 } : { retryDelay: 9 };
  const { settings, issues } = readBatchSettings({ [name]: value, ...other });
  expect(issues.map(({ path }) => path.split('.')[0])).toEqual([name]);
  expect(settings).toEqual({ ...DEFAULTS, ...other });
});

test('an option that does not exist is named', () => {
  const { settings, issues } = readBatchSettings({ maxBatchsize: 5, retryDelay: 9 });
  expect(issues).toHaveLength(1);
  expect(JSON.stringify(issues)).toContain('maxBatchsize');
  expect(settings).toEqual({ ...DEFAULTS, retryDelay: 9 });
});

describe('options of any shape give the defaults and never throw', () => {
  const throwing = {
    get: () => expect.unreachable(),
    ownKeys: () => {
      throw new Error('no');
    },
  };
  test.each([
    ['null', null],
    ['a number', 5],
    ['an array', [1]],
    ['a function', () => undefined],
    ['a Proxy that throws', new Proxy({}, throwing)],
    [
      'a getter that throws',
      {
        get maxQueueSize() {
          throw new Error('no');
        },
      },
    ],
    ['a prototype key', JSON.parse('{"__proto__":{"maxQueueSize":1}}')],
  ])('%s', (_, options) => {
    const { settings, issues } = readBatchSettings(options);
    expect(settings).toEqual(DEFAULTS);
    expect(issues.length).toBeGreaterThan(0);
  });
});
