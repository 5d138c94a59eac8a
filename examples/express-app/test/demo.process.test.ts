import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeWithEvalData, spawnProcess, useDatabase, useRedis, type SpawnedProcess } from '@auditlane/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readStoredRows } from '../demo/stored-rows.ts';

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
    expect(output).toMatch(/^security events: (\d+) expected, \1 stored, 0 unexplained$/m);
    expect(output).toMatch(/^handler of refusals: (?!0 )(\d+) calls expected, \1 in the application's metrics$/m);
    // What refused, failed and was logged has a row each, and those of one request share its id.
    for (const type of ['auth.login.failure', 'access.unauthenticated', 'access.denied', 'data.read']) {
      expect(output).toMatch(new RegExp(`^ {2}\\w+ +${type} `, 'm'));
    }
    const ids = ['api.error', 'log.error'].map(
      (type) => new RegExp(`^ {2}high +${type} +\\S+ +([0-9a-f-]{36}) `, 'm').exec(output)?.[1],
    );
    expect(ids[0]).toBeDefined();
    expect(ids[1]).toBe(ids[0]);
    expect(code).toBe(0);
  });

  test('names a file that is not there, and exits 2', async () => {
    const { code, output } = await runDemo(['--requests', '/nowhere/requests.jsonl']);
    expect(output).toContain('there is no file /nowhere/requests.jsonl');
    expect(code).toBe(2);
  });

  const request = '{"id":"1","method":"GET","uri":"/","headers":{},"data":null}\n';
  test.each([
    ['--requests', 'bad-json.jsonl', `${request}\n{"id":\n`, 'bad-json.jsonl, line 3 is not JSON'],
    ['--requests', 'missing.jsonl', `${request}{"id":"2"}\n`, 'missing.jsonl, line 2: method: '],
    ['--requests', 'scalar.jsonl', '42\n', 'scalar.jsonl, line 1: the line: '],
    ['--requests', 'binary.jsonl', Buffer.from([0x7b, 0xff, 0x00, 0xfe]), 'binary.jsonl is not text in UTF-8'],
    ['--requests', '.', null, 'cannot be read (EISDIR)'],
    ['--lines', 'bad-json.jsonl', 'plain text\n', 'bad-json.jsonl, line 1 is not JSON'],
    ['--lines', 'missing.jsonl', '{"line":5}\n', 'missing.jsonl, line 1: line: '],
    ['--nonsense', 'x', null, 'usage: npm run demo'],
  ])('%s %s that is broken is named in one line without a stack, and exits 2', async (option, name, content, fact) => {
    const directory = mkdtempSync(join(tmpdir(), 'auditlane-demo-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, name);
    if (content !== null) writeFileSync(path, content);
    const { code, output } = await runDemo([option, path]);
    expect(output).toContain(fact);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });

  test('names a Postgres that is away', async () => {
    const away = 'postgres://127.0.0.1:1/none';
    await expect(readStoredRows(away, [])).rejects.toThrow(
      /Postgres cannot be reached at AUDIT_READER_URL .*ECONNREFUSED.*: is the/u,
    );
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
