/** Resident memory of every process of the product, after a backlog has gone through all of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { peakMbOf, residentMbOf } from '../clocks/process-cpu.ts';
import { toProcessEnv } from '../programs/process-env.ts';
import { startProduct } from '../programs/product-process.ts';
import { startWorkers } from '../programs/worker-fleet.ts';
import { copyBacklog, createBacklog } from '../queue/backlog.ts';
import { waitUntilDrained } from '../queue/wait-until-drained.ts';
import { openRedis } from '../servers/redis-client.ts';
import type { Stack } from '../servers/stack.ts';

const POLL_MS = 50;
const ASK_EVERY_MS = 100;
/** What a dashboard and a scraper ask for all day. */
const PATHS = ['/api/v1/monitoring/audit-metrics', '/monitoring/health', '/metrics'];
const ListeningLine = z.object({ url: z.string() });

/** Of one process, in MiB. */
export interface Memory {
  /** The most that it has ever had. */
  readonly peakMb: number;
  /** What it has once the backlog is stored. */
  readonly residentMb: number;
}

/** Of each process of the product. */
export interface ProductMemory {
  readonly worker: Memory;
  readonly api: Memory;
  readonly maintenance: Memory;
}

/** Asks as a dashboard does until told to stop; an answer that is none fails the measurement. */
async function askUntil(url: string, isOver: () => boolean): Promise<void> {
  for (let asked = 0; !isOver(); asked += 1) {
    const response = await fetch(new URL(PATHS[asked % PATHS.length] ?? '/', url));
    await response.arrayBuffer();
    if (response.status === 404) throw new Error(`the API does not know ${response.url}`);
    await sleep(ASK_EVERY_MS);
  }
}

async function memoryOf(pid: number): Promise<Memory> {
  return { peakMb: await peakMbOf(pid), residentMb: await residentMbOf(pid) };
}

/** Starts API, maintenance and one worker, puts a backlog into the queue, and measures once it is stored. */
export async function measureProductMemory(
  stack: Stack,
  options: { readonly events: number; readonly env: Readonly<Record<string, string>> },
): Promise<ProductMemory> {
  const env = { ...toProcessEnv(stack), ...options.env };
  await using redis = await openRedis(stack.redis.url);
  await using backlog = await createBacklog(redis, { events: options.events });
  const begin = await copyBacklog(redis, backlog);
  await using fleet = await startWorkers(1, env);
  await using maintenance = await startProduct('maintenance', { ready: 'maintenance ready', env });
  await using api = await startProduct('api', { ready: 'listening', env: { ...env, PORT: '0' } });
  const { url } = ListeningLine.parse(JSON.parse(api.readyLine));
  const [worker = Number.NaN] = fleet.pids;
  let isDrained = false;
  const asking = askUntil(url, () => isDrained);
  await begin();
  await waitUntilDrained(redis, { pollMs: POLL_MS });
  isDrained = true;
  await asking;
  return {
    worker: await memoryOf(worker),
    api: await memoryOf(api.pid),
    maintenance: await memoryOf(maintenance.pid),
  };
}
