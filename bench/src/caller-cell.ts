/** One cell of the caller's measurements, in a process of its own: prints `{ name: value }` as JSON. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuditClient, type AuditEventInput } from '@auditlane/audit-client';
import { Redis } from 'ioredis';
import { sampleEvent } from './sample-events.ts';
import { median, percentile } from './statistics.ts';

const CALLERS = 64;
const WARM_UP = 20_000;
const [, , kind = '', scaleText = '1'] = process.argv;
const scale = Number(scaleText);
const events = Math.round(300_000 * scale);
const url = process.env['REDIS_URL'] ?? '';

async function loopWith(count: number, call: (event: AuditEventInput) => Promise<unknown>): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await call(sampleEvent(next));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, () => caller()));
}

async function cpuOf(
  count: number,
  call: (event: AuditEventInput) => Promise<unknown>,
): Promise<{ readonly micros: number; readonly seconds: number }> {
  await loopWith(WARM_UP, call);
  const before = process.cpuUsage();
  const started = performance.now();
  await loopWith(count, call);
  const used = process.cpuUsage(before);
  return { micros: (used.user + used.system) / count, seconds: (performance.now() - started) / 1000 };
}

async function steady(call: (event: AuditEventInput) => Promise<unknown>): Promise<readonly number[]> {
  const waits: number[] = [];
  const pending: Promise<void>[] = [];
  const timed = async (number: number, isCounted: boolean): Promise<void> => {
    const started = performance.now();
    await call(sampleEvent(number));
    if (isCounted) waits.push(performance.now() - started);
  };
  const total = Math.round(5_000 * scale) + 1_000;
  const started = performance.now();
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(performance.now() - started));
    for (; sent < due; sent += 1) pending.push(timed(sent, sent >= 1_000));
    await sleep(1);
  }
  await Promise.all(pending);
  return waits;
}

async function withBareRedis<T>(use: (push: (event: AuditEventInput) => Promise<unknown>) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await use((event) => redis.lpush('bench:bare', JSON.stringify(event)));
  } finally {
    await redis.del('bench:bare');
    await redis.quit();
  }
}

async function emptyQueue(): Promise<void> {
  const redis = new Redis(url);
  await redis.unlink('audit:queue');
  await redis.quit();
}

async function saturated(): Promise<Readonly<Record<string, number>>> {
  const audit = createAuditClient();
  const { micros, seconds } = await cpuOf(events, (event) => audit.logAudit(event));
  const synchronous: number[] = [];
  for (let turn = 0; turn < 200; turn += 1) {
    const started = performance.now();
    const receipts = Array.from({ length: 50 }, (_, index) => audit.logAudit(sampleEvent(turn * 50 + index)));
    synchronous.push(((performance.now() - started) * 1000) / receipts.length);
    await Promise.all(receipts);
  }
  await audit.close();
  await emptyQueue();
  return {
    'logAudit under load, CPU of the caller an event': micros,
    'logAudit under load, calls a second': events / seconds,
    'logAudit, synchronous part of a call': median(synchronous),
  };
}

async function measure(): Promise<Readonly<Record<string, number>>> {
  if (kind === 'loop') {
    const { micros } = await cpuOf(events, () => Promise.resolve());
    return { 'the measuring loop alone, CPU of the process an event': micros };
  }
  if (kind === 'saturated') return saturated();
  if (kind === 'steady-lpush') {
    const waits = await withBareRedis((push) => steady(push));
    return {
      'bare LPUSH at 1,000/s, awaited p50': percentile(waits, 0.5),
      'bare LPUSH at 1,000/s, awaited p99': percentile(waits, 0.99),
    };
  }
  const audit = createAuditClient();
  const waits = await steady((event) => audit.logAudit(event));
  await audit.close();
  await emptyQueue();
  return {
    'logAudit at 1,000/s, awaited p50': percentile(waits, 0.5),
    'logAudit at 1,000/s, awaited p99': percentile(waits, 0.99),
  };
}

process.stdout.write(JSON.stringify(await measure()));
