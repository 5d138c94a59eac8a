import { expect, test, vi } from 'vitest';
import { type LossReport, LossReports } from '../src/loss-reports.ts';
import { createProducer } from '../src/producer.ts';
import { toReportEntry } from '../src/report-entry.ts';

function setUp(isSent: () => boolean = () => true) {
  const sent: LossReport[] = [];
  let now = 1000;
  let pid = 1;
  const producer = createProducer(() => pid);
  const reports = new LossReports({
    producer,
    now: () => (now += 1),
    intervalMs: 60_000,
    send: (report) => {
      sent.push(report);
      return Promise.resolve({ isSent: isSent(), number: 900 + sent.length });
    },
  });
  return { reports, sent, producer, fork: () => (pid += 1) };
}

test('what was given up is told once per reason, with its numbers in any order', async () => {
  const { reports, sent } = setUp();
  for (const number of [5, 6, 7, 12, 10, 11]) reports.note('dropped', 'queue_full', number);
  reports.note('dropped', 'buffer_full', null);
  reports.note('refused', 'invalid', null);
  await reports.send();
  await reports.send();
  expect(sent).toMatchObject([
    { kind: 'dropped', reason: 'queue_full', count: 6, numbers: '5-7,10-12' },
    { kind: 'dropped', reason: 'buffer_full', count: 1, numbers: '' },
    { kind: 'refused', reason: 'invalid', count: 1, numbers: '' },
  ]);
  expect(sent[0]?.lastAt.getTime()).toBe((sent[0]?.firstAt.getTime() ?? 0) + 5);
});

test('a report that does not get through is no loss: it is in the next one, with the number that it took', async () => {
  let isUp = false;
  const { reports, sent } = setUp(() => isUp);
  reports.note('dropped', 'redis_away', 3);
  await reports.send();
  await reports.send();
  isUp = true;
  reports.note('dropped', 'redis_away', 4);
  await reports.send();
  expect(sent.map(({ count, numbers }) => ({ count, numbers }))).toEqual([
    { count: 1, numbers: '3' },
    { count: 1, numbers: '3,901' },
    { count: 2, numbers: '3-4,901-902' },
  ]);
});

test('however many are given up, memory and the entry stay bounded and every count is right', async () => {
  const { reports, sent, producer } = setUp();
  for (let number = 2_000_000; number > 0; number -= 200) reports.note('dropped', 'queue_full', number);
  await reports.send();
  expect(sent[0]).toMatchObject({ count: 10_000 });
  expect(sent[0]?.numbers.split(',')).toHaveLength(1000);
  const line = sent[0] === undefined ? '' : toReportEntry(sent[0], producer, 'h');
  expect(JSON.parse(line ?? '')).toMatchObject({
    event_type: 'audit.events.dropped',
    event_category: 'critical',
    producer: producer.id,
    n: 1,
    metadata: { reason: 'queue_full', count: 10_000, _auditlane: { numbers: sent[0]?.numbers } },
  });
});

test('each kind of report has its own type, category and words', () => {
  const at = new Date(0);
  const read = (kind: LossReport['kind']): unknown => {
    const report = { kind, reason: 'why', count: 2, numbers: '1-2', firstAt: at, lastAt: at };
    return JSON.parse(toReportEntry(report, createProducer(), null) ?? '');
  };
  expect([read('dropped'), read('refused'), read('settled')]).toMatchObject([
    { event_type: 'audit.events.dropped', event_category: 'critical', description: '2 events were given up: why' },
    { event_type: 'audit.events.refused', event_category: 'warning', description: '2 calls were refused: why' },
    {
      event_type: 'audit.events.settled',
      event_category: 'info',
      severity: 'info',
      description: '2 events need no row of their own: why',
      metadata: { reason: 'why', count: 2, _auditlane: { numbers: '1-2' } },
    },
  ]);
});

test('after a fork the numbers of the other process are not told under the new name', async () => {
  const { reports, sent, fork } = setUp();
  reports.note('dropped', 'queue_full', 3);
  fork();
  reports.note('dropped', 'queue_full', 1);
  await reports.send();
  expect(sent).toMatchObject([{ count: 1, numbers: '1' }]);
});

test('the end of a process waits a second for its reports and no longer', async () => {
  vi.useFakeTimers();
  try {
    const send = () => new Promise<never>(() => undefined);
    const reports = new LossReports({ producer: createProducer(), now: Date.now, send });
    await reports.close();
    reports.note('dropped', 'queue_full', 1);
    let isClosed = false;
    const closed = reports.close().then(() => (isClosed = true));
    await vi.advanceTimersByTimeAsync(999);
    expect(isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await closed;
  } finally {
    vi.useRealTimers();
  }
});

test('reports go out by themselves after the interval', async () => {
  vi.useFakeTimers();
  try {
    const { reports, sent } = setUp();
    reports.note('dropped', 'queue_full', 1);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

test('what is lost with an event that stood for others is counted, without numbers of its own', async () => {
  const { reports, sent } = setUp();
  reports.note('dropped', 'backpressure', 7);
  reports.noteMore('dropped', 'backpressure', 11);
  reports.note('dropped', 'backpressure', 8);
  await reports.send();
  expect(sent).toMatchObject([{ reason: 'backpressure', count: 13, numbers: '7-8' }]);
});
