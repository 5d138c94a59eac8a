/**
 * The health check of a worker container: `node apps/worker/src/health.ts`. Exit 0 when a worker of this host has said
 * within the last 10 s that it is running, else 1 with one line that says why.
 */
import { hostname } from 'node:os';
import { connectRedis, createQueue, toQueueKeys } from '@auditlane/queue';
import type { WorkerBeat } from '@auditlane/queue';
import { EXIT, loadEnvFile, parseEnv, toRedisUrl } from '@auditlane/runtime';
import { workerEnvSchema } from './env.ts';

const FRESH_MS = 10_000;

/** Null when some worker of this host runs; else why none counts. */
function explainSilence(beats: readonly WorkerBeat[], host: string, nowMs: number): string | null {
  const own = beats.filter((beat) => beat.host === host);
  if (own.length === 0) return `no worker of host ${host} has beaten yet`;
  const fresh = own.filter((beat) => nowMs - Date.parse(beat.at) < FRESH_MS);
  if (fresh.length === 0) return `the last beat of host ${host} is older than ${FRESH_MS / 1000} s`;
  return fresh.some((beat) => beat.state === 'running')
    ? null
    : `no worker of host ${host} is running: ${fresh[0]?.state}`;
}

async function readHealth(): Promise<string | null> {
  loadEnvFile();
  const env = parseEnv(workerEnvSchema);
  const redis = connectRedis(toRedisUrl(env), { name: 'audit-worker-health' });
  try {
    const beats = await createQueue(redis, toQueueKeys(env.AUDIT_QUEUE_KEY)).beats();
    return explainSilence(beats, hostname(), Date.now());
  } finally {
    redis.disconnect();
  }
}

try {
  const fault = await readHealth();
  if (fault !== null) process.stderr.write(`${fault}\n`);
  process.exitCode = fault === null ? EXIT.ok : EXIT.failed;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = EXIT.failed;
}
