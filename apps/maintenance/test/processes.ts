/** What the process tests share: the real `main.ts` and `health.ts`, and a way to ask for a run. */
import { listPartitions } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { spawnProcess } from '@auditlane/testkit';
import type { SpawnedProcess } from '@auditlane/testkit';
import { Queue } from 'bullmq';
import { onTestFinished } from 'vitest';
import { openBullConnection } from '../src/schedules/bull-connection.ts';
import { SCHEDULE_NAME } from '../src/schedules/open-schedules.ts';
import { toSchedulePrefix } from '../src/schedules/schedule-prefix.ts';

const MAIN = new URL('../src/main.ts', import.meta.url).pathname;
const HEALTH = new URL('../src/health.ts', import.meta.url).pathname;

type Env = Readonly<Record<string, string>>;

/** Starts maintenance; killed when the test ends. */
export function startMain(env: Env): SpawnedProcess {
  const main = spawnProcess(MAIN, { hasIpc: true, env: { LOG_LEVEL: 'debug', ...env } });
  onTestFinished(async () => void (await main.kill()));
  return main;
}

/** The exit code of the health check, and what it said. */
export async function checkHealth(env: Env): Promise<{ readonly code: number | null; readonly said: string }> {
  const health = spawnProcess(HEALTH, { env });
  const { code } = await health.exited;
  return { code, said: health.lines.map(({ text }) => text).join('\n') };
}

/** Asks the running maintenance for a run, once. */
export async function askFor(task: string, redisUrl: string): Promise<void> {
  const connection = openBullConnection(redisUrl, { name: 'test', onError: () => {} });
  const queue = new Queue(SCHEDULE_NAME, {
    connection,
    prefix: toSchedulePrefix('audit:queue'),
    skipVersionCheck: true,
  });
  queue.on('error', () => {});
  await queue.add(task, {});
  await queue.close();
  connection.disconnect();
}

/** Partitions of events that begin after now. */
export async function futurePartitions(pool: Pool): Promise<readonly string[]> {
  const all = await listPartitions(pool, 'audit_logs');
  return all.flatMap(({ name, range }) => (range !== null && range.fromMs > Date.now() ? [name] : []));
}

export async function dropFuturePartitions(pool: Pool): Promise<void> {
  for (const name of await futurePartitions(pool)) await pool.query(`drop table ${name}`);
}
