import { useRedis, waitFor } from '@auditlane/testkit';
import { Redis } from 'ioredis';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { connectRedis, createQueue, whenReady, type QueueError } from '../src/index.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import { claimOptions, claimSome, codeOf, entries, KEYS, openQueue, texts } from './support/test-queue.ts';

const { url, redis } = await useRedis();
const MAIN = { lane: 'main', capacity: 10_000 } as const;

/** Sends again until Redis is reached, as a worker's loop does. */
async function untilReached<T>(call: () => Promise<T>): Promise<T> {
  const answers: T[] = [];
  await waitFor(async () => {
    try {
      answers.push(await call());
      return true;
    } catch {
      return false;
    }
  });
  const [answer] = answers;
  if (answer === undefined) throw new Error('never reached');
  return answer;
}

describe('first use', () => {
  test('nothing is opened before the first call, and the first calls wait for the connection', async () => {
    const { queue, connection } = openQueue(url);
    expect(connection.status).toBe('wait');
    const pushes = await Promise.all(entries(50).map((entry) => queue.enqueue([entry], MAIN)));
    expect(pushes.every(({ accepted }) => accepted === 1)).toBe(true);
  });

  test('the connection carries its name', async () => {
    const { queue } = openQueue(url);
    await queue.inspect();
    expect(await redis.client('LIST')).toContain('name=queue-test');
  });

  test('a server that is not there fails the first call with its errno as cause, and the next at once', async () => {
    const { queue } = openQueue('redis://127.0.0.1:1');
    const error = await queue.inspect().catch((reason: unknown) => reason as QueueError);
    expect(error).toMatchObject({ code: 'away', isRetryable: true, cause: { code: 'ECONNREFUSED' } });
    expect(await codeOf(queue.inspect())).toBe('away');
  });

  test('closed while its server is not there, it soon has no timer that would keep the process', async () => {
    const connection = connectRedis('redis://127.0.0.1:1', { name: 'closed' });
    onTestFinished(() => connection.disconnect());
    await connection.connect().catch(() => undefined);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    connection.disconnect();
    vi.advanceTimersByTime(200);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a server that accepts and never speaks fails the first call within the deadline', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    const { queue } = openQueue(`redis://127.0.0.1:${(silent.address() as AddressInfo).port}`, 300);
    expect(['timeout', 'away']).toContain(await codeOf(queue.inspect()));
  });

  test('an unreadable URL never throws: its calls fail and its owner is told', async () => {
    const told: string[] = [];
    const connection = connectRedis('redis://host:99999', { name: 'bad', onError: ({ code }) => void told.push(code) });
    onTestFinished(() => connection.disconnect());
    expect(told).toEqual(['invalid_call']);
    expect(await codeOf(createQueue(connection, KEYS).inspect())).toBe('away');
  });
});

describe('passwords', () => {
  test('a password from the options or the URL is used, a wrong one is denied and not told', async () => {
    await redis.config('SET', 'requirepass', 'right-secret');
    onTestFinished(async () => void (await redis.config('SET', 'requirepass', '')));
    const attempts = [
      connectRedis(url, { name: 'option', password: 'right-secret' }),
      connectRedis(url.replace('redis://', 'redis://:right-secret@'), { name: 'url' }),
    ];
    const wrong = connectRedis(url, { name: 'wrong', password: 'wrong-secret' });
    onTestFinished(() => [...attempts, wrong].forEach((connection) => connection.disconnect()));
    for (const connection of attempts) await whenReady(connection, 2000);
    const error = await whenReady(wrong, 2000).catch((reason: unknown) => reason as QueueError);
    expect(error).toMatchObject({ code: 'denied' });
    expect(String(error)).not.toContain('secret');
  });
});

describe('scripts', () => {
  test('SCRIPT FLUSH between the calls is not noticed', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(5), MAIN);
    await redis.script('FLUSH');
    const claim = await claimSome(queue);
    await redis.script('FLUSH');
    await queue.renew({ batchId: claim.batchId, epoch: 1, leaseMs: 1000, state: 'sent' });
    await redis.script('FLUSH');
    await queue.finish({ batchId: claim.batchId, epoch: 1, stored: 5, duplicates: 0, deadLetters: [], held: [] });
    await redis.script('FLUSH');
    expect(await queue.inspect()).toMatchObject({ stats: { enqueued: 5, stored: 5 }, conservationDifference: 0 });
  });
});

describe('a link cut after Redis did the work', () => {
  test('the push is reported as unknown, was made once, and is not sent again', async () => {
    const proxy = await startFaultProxy(url);
    const { queue } = openQueue(proxy.url);
    await queue.enqueue(['a'], MAIN);
    proxy.cutBeforeNextReply();
    expect(await codeOf(queue.enqueue(['b'], MAIN))).toBe('away');
    await untilReached(() => queue.inspect());
    expect(await redis.lrange(KEYS.queue, 0, -1)).toEqual(['b', 'a']);
  });

  test('a claim repeated with its batch id returns what was claimed', async () => {
    const proxy = await startFaultProxy(url);
    const { queue } = openQueue(proxy.url);
    await queue.enqueue(entries(5), MAIN);
    const options = claimOptions({ limit: 3 });
    proxy.cutBeforeNextReply();
    expect(await codeOf(queue.claim(options))).toBe('away');
    expect(await redis.llen(KEYS.batch(options.batchId))).toBe(3);
    const claim = await untilReached(() => queue.claim(options));
    expect(texts(claim)).toEqual(entries(3));
    expect(await redis.llen(KEYS.queue)).toBe(2);
  });

  test('a finish repeated is gone', async () => {
    const proxy = await startFaultProxy(url);
    const { queue } = openQueue(proxy.url);
    await queue.enqueue(entries(2), MAIN);
    const { batchId, epoch } = await claimSome(queue);
    const outcome = { batchId, epoch, stored: 2, duplicates: 0, deadLetters: [], held: [] };
    proxy.cutBeforeNextReply();
    expect(await codeOf(queue.finish(outcome))).toBe('away');
    expect(await untilReached(() => queue.finish(outcome))).toBe('gone');
    expect(await queue.inspect()).toMatchObject({ stats: { stored: 2 }, conservationDifference: 0 });
  });
});

describe('a half-open link', () => {
  test('every call ends within its deadline, and the connection recovers', async () => {
    const proxy = await startFaultProxy(url);
    const { queue } = openQueue(proxy.url, 200);
    await queue.inspect();
    proxy.blackhole();
    const codes = await Promise.all([queue.inspect(), queue.enqueue(['a'], MAIN), queue.beats()].map(codeOf));
    expect(codes).toEqual(['timeout', 'timeout', 'timeout']);
    expect(await untilReached(() => queue.inspect())).toMatchObject({ main: { depth: 1 } });
  });
});

test('the deadline of the queue ends a call even on a client without a timeout of its own', async () => {
  const proxy = await startFaultProxy(url);
  const patient = new Redis(proxy.url, { autoResendUnfulfilledCommands: false });
  onTestFinished(() => patient.disconnect());
  patient.on('error', () => undefined);
  const queue = createQueue(patient, KEYS);
  await queue.inspect();
  proxy.blackhole();
  expect(await codeOf(queue.inspect())).toBe('timeout');
});

describe('TLS', () => {
  test.each([
    ['rediss:// in the URL', 'rediss', undefined],
    ['the tls option', 'redis', {}],
  ])('%s opens the link with a TLS handshake and sends nothing in clear', async (_name, scheme, tls) => {
    const firstBytes: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (bytes) => {
        firstBytes.push(bytes);
        socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const target = `${scheme}://:secret@127.0.0.1:${(server.address() as AddressInfo).port}`;
    const connection = connectRedis(target, { name: 'tls', ...(tls === undefined ? {} : { tls }) });
    onTestFinished(() => connection.disconnect());
    expect(await codeOf(whenReady(connection, 2000))).toBe('away');
    expect(firstBytes[0]?.[0]).toBe(0x16);
    expect(firstBytes[0]?.toString('latin1')).not.toContain('secret');
  });
});

describe('a replica', () => {
  test('it refuses a push as read only, and the connection is made anew to find the master', async () => {
    const { queue, connection } = openQueue(url);
    await queue.inspect();
    await redis.replicaof('127.0.0.1', 1);
    onTestFinished(async () => void (await redis.replicaof('NO', 'ONE')));
    let reconnections = 0;
    connection.on('reconnecting', () => {
      reconnections += 1;
    });
    expect(await codeOf(queue.enqueue(['a'], MAIN))).toBe('read_only');
    await waitFor(() => reconnections > 0);
    await redis.replicaof('NO', 'ONE');
    expect(await untilReached(() => queue.enqueue(['a'], MAIN))).toMatchObject({ accepted: 1 });
  });
});

test('a closed connection refuses every call', async () => {
  const { queue, connection } = openQueue(url);
  await queue.inspect();
  connection.disconnect();
  expect(await codeOf(queue.inspect())).toBe('away');
});
