import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEventInput } from '@auditlane/schema';
import { mintId } from '../events/mint-id.ts';
import { openRedis } from '../servers/redis-client.ts';
import { BARE_KEY, type BareEvent } from './bare-event.ts';
import { MicroBatch } from './micro-batch.ts';

const DRAIN_POLL_MS = 20;

/** Pushes events as they are, together within a turn of the event loop; nothing is checked, counted or kept. */
export interface BareProducer extends AsyncDisposable {
  /** Resolves with the id when the list has it. */
  push(event: AuditEventInput): Promise<string>;
  /** Resolves when the list is empty. */
  drained(): Promise<void>;
}

/** Connects to Redis and is ready to push. */
export async function openBareProducer(redisUrl: string): Promise<BareProducer> {
  const redis = await openRedis(redisUrl);
  const batch = new MicroBatch((lines) => redis.lpush(BARE_KEY, ...lines));
  const host = hostname();
  let n = 0;
  return {
    push: async (event) => {
      n += 1;
      const bare: BareEvent = { ...event, id: mintId(), host, producer: 'bare', n };
      await batch.add(JSON.stringify(bare));
      return bare.id;
    },
    drained: async () => {
      while ((await redis.llen(BARE_KEY)) > 0) await sleep(DRAIN_POLL_MS);
    },
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}
