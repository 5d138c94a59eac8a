import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnProcess, useDatabase, useRedis } from '@auditlane/testkit';
import { afterAll, expect, test } from 'vitest';
import { drainQueue } from '../support/drain-queue.ts';
import { makeTempDir } from '../support/temp-dir.ts';

const HOME = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = fileURLToPath(new URL('../../../../docs/security-events.md', import.meta.url));
/** Inside the package, so that its imports resolve; ignored by git as anything below node_modules. */
const WORK = join(HOME, 'node_modules', '.walkthrough');

const { url: redisUrl, redis } = await useRedis();
const database = await useDatabase();

afterAll(() => rmSync(WORK, { recursive: true, force: true }));

/** The first program of the page, on a port of its own, which it prints. */
function writeProgram(): string {
  const [, program = ''] = /```ts\n(\/\/ app\.mjs\n[\s\S]*?)```/.exec(readFileSync(PAGE, 'utf8')) ?? [];
  expect(program).toContain('app.listen(8080);');
  const path = join(WORK, 'app.mjs');
  mkdirSync(WORK, { recursive: true });
  writeFileSync(
    path,
    program
      .replace('@auditlane/audit-client/middleware', '../../src/middleware/index.ts')
      .replace(
        'app.listen(8080);',
        "const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ msg: 'listening', port: server.address().port })));",
      ),
  );
  return path;
}

test('the first program of the page leaves the rows that the page speaks of', { timeout: 60_000 }, async () => {
  const env = {
    REDIS_URL: redisUrl,
    DATABASE_URL: database.url,
    AUDIT_SPOOL_DIR: makeTempDir(),
    NODE_ENV: 'production',
  };
  await using app = spawnProcess(writeProgram(), { env });
  const { json } = await app.waitForLine('listening');
  const base = `http://127.0.0.1:${String(json?.['port'])}`;
  const answers = [];
  for (const [method, path] of [
    ['POST', '/login'],
    ['GET', '/api/broken'],
    ['GET', '/api/orders/7'],
  ] as const) {
    const answer = await fetch(base + path, { method });
    await answer.text();
    answers.push([answer.status, answer.headers.get('x-correlation-id')]);
  }
  expect(answers.map(([status]) => status)).toEqual([401, 500, 200]);
  // As the page says: what waits is handed on first.
  await app.stop('SIGTERM');
  await drainQueue(redis, database.pool);
  const { rows } = await database.pool.query(
    'select event_type, severity, source, host(ip_address) as ip_address, correlation_id from security_events',
  );
  const byType = Object.fromEntries(rows.map((row) => [row.event_type, row]));
  const common = { ip_address: '127.0.0.1' };
  expect(byType).toEqual({
    'auth.login.failure': {
      ...common,
      event_type: 'auth.login.failure',
      severity: 'medium',
      source: 'web',
      correlation_id: answers[0]?.[1],
    },
    'api.error': {
      ...common,
      event_type: 'api.error',
      severity: 'high',
      source: 'api',
      correlation_id: answers[1]?.[1],
    },
    'api.request': {
      ...common,
      event_type: 'api.request',
      severity: 'info',
      source: 'api',
      correlation_id: answers[2]?.[1],
    },
  });
});
