import { resolve } from 'node:path';
import { describeWithEvalData, spawnProcess, useDatabase, useRedis, type SpawnedProcess } from '@auditlane/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const DEMO = resolve(import.meta.dirname, '../demo/main.ts');
const WORKER = resolve(import.meta.dirname, '../../../apps/worker/src/main.ts');

const redis = await useRedis();
const database = await useDatabase();
let worker: SpawnedProcess;

beforeAll(async () => {
  worker = spawnProcess(WORKER, { env: { REDIS_URL: redis.url, DATABASE_URL: database.url } });
  await worker.waitForLine('worker ready');
});

afterAll(async () => {
  await worker.stop();
});

async function runDemo(args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const env = { REDIS_URL: redis.url, DATABASE_URL: database.url, AUDIT_READER_URL: database.url };
  await using demo = spawnProcess(DEMO, { args, env });
  const { code } = await demo.exited;
  return { code, output: demo.lines.map(({ text }) => text).join('\n') };
}

describe('the demo', () => {
  test("stores every field of the project's own requests and lines as the files say", { timeout: 60_000 }, async () => {
    const { code, output } = await runDemo([]);
    expect(output).toContain('Nothing differs.');
    expect(output).toMatch(/^requests +51 +8 +43 +43 +43 +0$/m);
    expect(output).toMatch(/^lines +10 +0 +10 +10 +10 +0$/m);
    expect(code).toBe(0);
  });

  test('names a file that is not there, and exits 2', async () => {
    const { code, output } = await runDemo(['--requests', '/nowhere/requests.jsonl']);
    expect(output).toContain('there is no file /nowhere/requests.jsonl');
    expect(code).toBe(2);
  });
});

describeWithEvalData('the demo on requests of attackers and scanners', (directory) => {
  test('stores every field of 2,506 requests and 1,000 lines of an SSH log', { timeout: 180_000 }, async () => {
    const requests = resolve(directory, 'injection/crs-requests.jsonl');
    const lines = resolve(directory, 'loghub/openssh.jsonl');
    const { code, output } = await runDemo(['--requests', requests, '--lines', lines]);
    expect(output).toContain('Nothing differs.');
    expect(output).toMatch(/^requests +2506 /m);
    expect(code).toBe(0);
  });
});
