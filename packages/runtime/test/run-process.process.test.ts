import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFixture } from './fixtures/start-fixture.ts';

test('a process tells PM2 that it is ready after start has resolved, and drains in reverse order on SIGINT', async () => {
  const fixture = startFixture();
  const ready = new Promise((resolve) => fixture.child.once('message', resolve));
  expect(await ready).toBe('ready');
  fixture.child.kill('SIGINT');
  const end = await fixture.ended;
  expect(end.code).toBe(0);
  expect(end.notes).toBe('last opened, aborted: true\nfirst opened\n');
});

test.each(['SIGTERM', 'shutdown message'])('%s drains and exits 0', async (how) => {
  const fixture = startFixture();
  await fixture.said('fixture is up');
  if (how === 'SIGTERM') {
    fixture.child.kill('SIGTERM');
  } else {
    fixture.child.send('shutdown');
  }
  expect(await fixture.ended).toMatchObject({ code: 0, notes: expect.stringContaining('first opened') });
});

test('every fault of the environment is named in one record, without the value of a secret, and the exit code is 78', async () => {
  const fixture = startFixture({
    PORT: 'http',
    AUDIT_MAX_QUEUE_LENGTH: '-5',
    DATABASE_URL: 'mysql://root:hunter2@db/x',
  });
  const end = await fixture.ended;
  expect(end.code).toBe(78);
  const record: unknown = JSON.parse(end.log.trim());
  expect(record).toMatchObject({ level: 'fatal', msg: 'bad configuration' });
  expect(end.log).toContain('PORT');
  expect(end.log).toContain('AUDIT_MAX_QUEUE_LENGTH');
  expect(end.log).toContain('DATABASE_URL');
  expect(end.log).not.toContain('hunter2');
});

test('an unknown AUDIT_ name is reported with the name it probably meant, and the process runs', async () => {
  const fixture = startFixture({ AUDIT_MAX_QUEUE_LENGHT: '5' });
  const log = await fixture.said('fixture is up');
  expect(log).toContain('"variable":"AUDIT_MAX_QUEUE_LENGHT","nearest":"AUDIT_MAX_QUEUE_LENGTH"');
});

test('a .env file is read and the real environment wins over it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'auditlane-runtime-'));
  writeFileSync(join(dir, '.env'), '# comment\nPORT=4100\nAUDIT_MAX_QUEUE_LENGTH=77\n');
  const log = await startFixture({ PORT: '4200' }, dir).said('fixture is up');
  expect(log).toContain('"port":4200,"cap":77');
});

test('a ConfigError from start closes what was opened and exits 78', async () => {
  const end = await startFixture({ FIXTURE_MODE: 'refuse' }).ended;
  expect(end).toMatchObject({ code: 78, notes: expect.stringContaining('first opened') });
  expect(end.log).toContain('has an eviction policy');
});

test('any other error from start closes what was opened and exits 1', async () => {
  const fixture = startFixture({ FIXTURE_MODE: 'fail' });
  expect(await fixture.ended).toMatchObject({ code: 1, notes: expect.stringContaining('first opened') });
  expect(fixture.messages).toEqual([]);
});

test.each(['throw later', 'reject later'])(
  'an uncaught error (%s) is logged as fatal, drains and exits 1',
  async (mode) => {
    const end = await startFixture({ FIXTURE_MODE: mode }).ended;
    expect(end).toMatchObject({ code: 1, notes: expect.stringContaining('first opened') });
    expect(end.log).toContain('"level":"fatal"');
    expect(end.log).toContain('nobody caught me');
  },
);

test('a signal during start aborts it, closes what was opened and exits 0 without having said ready', async () => {
  const fixture = startFixture({ FIXTURE_MODE: 'start for ever' });
  await fixture.said('starting for ever');
  fixture.child.kill('SIGTERM');
  expect(await fixture.ended).toMatchObject({ code: 0, notes: expect.stringContaining('first opened') });
  expect(fixture.messages).toEqual([]);
});

test('a log that nobody reads any more does not end the process, nor keep it from draining', async () => {
  const fixture = startFixture();
  await fixture.said('fixture is up');
  fixture.child.stdout?.destroy();
  fixture.child.stderr?.destroy();
  fixture.child.kill('SIGTERM');
  expect(await fixture.ended).toMatchObject({ code: 0, notes: expect.stringContaining('first opened') });
});

test('the drain deadline ends a process that cannot close, with exit code 1', async () => {
  const fixture = startFixture({ FIXTURE_MODE: 'slow close', FIXTURE_DRAIN_MS: '100' });
  await fixture.said('fixture is up');
  fixture.child.kill('SIGINT');
  const end = await fixture.ended;
  expect(end.code).toBe(1);
  expect(end.log).toContain('drain deadline passed');
});

test('signals that keep coming end a draining process with exit code 1, but the echo of the first does not', async () => {
  const fixture = startFixture({ FIXTURE_MODE: 'slow close' });
  await fixture.said('fixture is up');
  fixture.child.kill('SIGINT');
  await fixture.said('draining');
  const repeat = setInterval(() => fixture.child.kill('SIGINT'), 50);
  const end = await fixture.ended;
  clearInterval(repeat);
  expect(end.code).toBe(1);
  expect(end.log).toContain('told to end while draining');
});

test('a cluster worker logs through process.stdout, which PM2 replaces, and its last line is there when it has ended', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'auditlane-runtime-'));
  const out = join(dir, 'out.log');
  const fixture = startFixture({}, dir, 'cluster.ts');
  await expect.poll(() => existsSync(out) && readFileSync(out, 'utf8')).toContain('fixture is up');
  fixture.child.kill('SIGTERM');
  let log = '';
  fixture.child.once('exit', () => {
    log = readFileSync(out, 'utf8');
  });
  const end = await fixture.ended;
  expect(end).toMatchObject({ code: 0, log: '' });
  expect(log).toContain('process ended');
});

test('a cluster worker with bad configuration says so before it exits 78', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'auditlane-runtime-'));
  const fixture = startFixture({ PORT: 'x' }, dir, 'cluster.ts');
  let log = '';
  fixture.child.once('exit', () => {
    log = readFileSync(join(dir, 'err.log'), 'utf8');
  });
  expect(await fixture.ended).toMatchObject({ code: 78 });
  expect(log).toContain('bad configuration');
});
