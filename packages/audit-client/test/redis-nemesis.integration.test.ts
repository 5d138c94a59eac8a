import { setTimeout as delay } from 'node:timers/promises';
import {
  buildEvent,
  createRandom,
  type DataCopy,
  openFaultProxy,
  type Random,
  readSeed,
  startTestRedis,
  type TestServer,
  waitFor,
} from '@auditlane/testkit';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import type { AuditClient } from '../src/audit-client.ts';
import type { Receipt } from '../src/receipt.ts';
import { startStandInWorker } from './support/stand-in-worker.ts';
import { createTestClient } from './support/test-client.ts';

const ROUNDS = 12;
const FAULTS = ['restart', 'empty disk', 'older copy', 'flushed', 'answer lost', 'swallowed'] as const;
type Fault = (typeof FAULTS)[number];

interface Load {
  readonly receipts: readonly Promise<Receipt>[];
  end(): Promise<void>;
}

/** Each client logs a few events every other millisecond. */
function startLoad(clients: readonly AuditClient[], random: Random): Load {
  const receipts: Promise<Receipt>[] = [];
  let isLoading = true;
  const ended = (async () => {
    while (isLoading) {
      for (const client of clients) {
        for (let count = random.integer(0, 5); count > 0; count -= 1) {
          receipts.push(client.logAudit(buildEvent({ event_category: random.chance(0.1) ? 'critical' : 'info' })));
        }
      }
      await delay(2);
    }
  })();
  return {
    receipts,
    async end() {
      isLoading = false;
      await ended;
    },
  };
}

async function flush(server: TestServer): Promise<void> {
  const admin = new Redis(server.url);
  await admin.flushall();
  admin.disconnect();
}

test(`${ROUNDS} random faults under load: no event with a receipt is lost, and the faults did happen`, async () => {
  const random = createRandom(readSeed(process.env['SEED']));
  const server = await startTestRedis({ appendfsync: 'always' });
  onTestFinished(() => server.stop());
  const proxy = await openFaultProxy(server.url);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  await using worker = startStandInWorker(server.url);
  const clients = [1, 2].map(() => createTestClient({ redisUrl: proxy.url, maxQueueLength: 1_000_000 }).client);
  const load = startLoad(clients, random);
  const happened: Fault[] = [];
  let copy: DataCopy = await server.copyData();
  const restartOn = async (on: 'same' | 'empty' | DataCopy): Promise<void> => {
    await server.kill();
    await server.restart(on);
  };
  const faults: Readonly<Record<Fault, () => Promise<void> | void>> = {
    restart: () => restartOn('same'),
    'empty disk': () => restartOn('empty'),
    'older copy': () => restartOn(copy),
    flushed: () => flush(server),
    'answer lost': () => proxy.cutAfterRequest('audit:producers'),
    swallowed: async () => {
      proxy.setMode({ kind: 'blackhole', direction: random.pick(['up', 'down']) });
      await delay(random.integer(50, 400));
      proxy.heal();
    },
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    await waitFor(() => clients.every((client) => client.stats().redis === 'ready'), { deadlineMs: 15_000 });
    await delay(random.integer(20, 400));
    // A first round with a rewound and an emptied Redis, so that no seed is without them.
    const fault = round === 0 ? 'older copy' : round === 1 ? 'empty disk' : random.pick(FAULTS);
    if (random.chance(0.4)) copy = await server.copyData();
    await delay(random.integer(20, 200));
    await faults[fault]();
    happened.push(fault);
  }
  proxy.heal();
  await load.end();
  const receipts = await Promise.all(load.receipts);
  const settled = (): boolean =>
    clients.every((client) => client.stats().ring.due === 0 && client.stats().spool.bytes === 0);
  await waitFor(settled, { deadlineMs: 30_000, message: 'all is replayed' });
  await Promise.all(clients.map((client) => client.close()));
  await worker.drain();
  const facts = `seed ${random.seed}: ${happened.join(', ')}`;
  const lost = receipts.filter((receipt) => 'id' in receipt && !worker.stored.has(receipt.id));
  expect(lost.length, facts).toBe(0);
  expect(receipts.filter((receipt) => receipt.status === 'rejected').length, facts).toBe(0);
  expect(worker.stored.size, facts).toBe(receipts.length);
  const rings = clients.map((client) => client.stats().ring);
  expect(
    rings.map(({ losses }) => Math.min(losses, 1)),
    facts,
  ).toEqual([1, 1]);
  expect(
    rings.reduce((sum, ring) => sum + ring.replayed, 0),
    facts,
  ).toBeGreaterThan(0);
}, 150_000);
