/**
 * A worker: claims batches of events from Redis and stores them in Postgres. It reads its environment, opens what it
 * needs, and works until it is told to stop; `app.ts` wires it, `claims/` holds the protocol.
 */
import { runProcess } from '@auditlane/runtime';
import { openWorker } from './app.ts';
import { workerEnvSchema } from './env.ts';

await runProcess({ name: 'audit-worker', envSchema: workerEnvSchema, start: openWorker });
