import { readFileSync } from 'node:fs';
import type { QueueState, WorkerBeat } from '@auditlane/queue';
import { parseEnv } from '@auditlane/runtime';
import type { LastMaintenanceRun } from '@auditlane/store';
import { describe, expect, test } from 'vitest';
import { checkClocks, toSkewMs } from '../src/doctor/check-clocks.ts';
import { toLedgerFindings, toMigrationFinding, toPartitionFindings } from '../src/doctor/check-database.ts';
import { checkConfiguration } from '../src/doctor/check-configuration.ts';
import { checkLosses, checkMovedLetters } from '../src/doctor/check-losses.ts';
import { checkMaintenance } from '../src/doctor/check-maintenance.ts';
import { checkFleet, checkQueue } from '../src/doctor/check-queue.ts';
import type { Finding } from '../src/doctor/finding.ts';
import { cliEnvSchema } from '../src/env.ts';
import { showQueue } from '../src/status/show-queue.ts';
import { createOutput } from '../src/terminal/output.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const LIMITS = { capacity: 1000, urgentCapacity: 100, maxFailed: 10 };
const WELL: QueueState = {
  main: { depth: 0, oldestAgeMs: null },
  urgent: { depth: 0, oldestAgeMs: null },
  inFlight: { claims: 0, entries: 0 },
  failed: 0,
  held: 0,
  stats: {},
  conservationDifference: 0,
  oldestAgeMs: null,
  incarnation: 'x',
  redisTimeMs: NOW,
};

function unwell(findings: readonly Finding[]): readonly string[] {
  return findings.filter(({ level }) => level !== 'ok').map(({ level, check }) => `${level} ${check}`);
}

describe('the configuration', () => {
  const given = { REDIS_URL: 'redis://127.0.0.1:1', DATABASE_URL: 'postgres://127.0.0.1:1/x' };
  const examine = (env: Readonly<Record<string, string>>): readonly Finding[] =>
    checkConfiguration(
      { env: parseEnv(cliEnvSchema, given), source: { kind: 'environment', given: ['REDIS_URL', 'DATABASE_URL'] } },
      { ...given, ...env },
    );

  test('a setting that only other processes read fails, each with what it must be', () => {
    const findings = examine({ AUDIT_LEASE_MS: 'abc', PORT: '99999' });
    expect(unwell(findings)).toEqual(['fail settings', 'fail settings']);
    expect(findings.map(({ message }) => message).join('\n')).toMatch(
      /PORT must be a whole number from 0 to 65535[^]*AUDIT_LEASE_MS must be a whole number from 500 to 3600000, got "abc"/u,
    );
    expect(unwell(examine({ AUDIT_BATCH_SMALL: '500' }))).toEqual(['fail settings']);
  });

  test('a name that nothing reads is a warning, what npm start writes is none', () => {
    const env = { AUDIT_LEASE: '1', AUDIT_READER_URL: 'postgres://h/x', AUDIT_API_URL: 'http://h:3' };
    expect(unwell(examine(env))).toEqual(['warn configuration']);
    expect(unwell(examine({}))).toEqual([]);
  });
});

describe('the queue', () => {
  test('an empty one is well', () => {
    expect(unwell(checkQueue(WELL, LIMITS))).toEqual([]);
  });

  test.each([
    [{ main: { depth: 800, oldestAgeMs: 10 } }, 'warn queue depth'],
    [{ urgent: { depth: 100, oldestAgeMs: 10 } }, 'fail queue depth'],
    [{ oldestAgeMs: 30_001 }, 'warn queue lag'],
    [{ conservationDifference: 1 }, 'fail conservation'],
    [{ conservationDifference: -1 }, 'warn conservation'],
    [{ failed: 1 }, 'warn dead letters'],
    [{ failed: 11 }, 'fail dead letters'],
    [{ held: 1 }, 'warn held entries'],
  ])('%j is found and says what to do', (state, expected) => {
    const findings = checkQueue({ ...WELL, ...state }, LIMITS);
    expect(unwell(findings)).toEqual([expected]);
    expect(findings.find(({ level }) => level !== 'ok')?.message).toMatch(/[:;] /u);
  });
});

test('held entries lead to the section of the documentation that tells what to do, in doctor and status', () => {
  const held = { ...WELL, held: 2 };
  const lines: string[] = [];
  const stdout = { write: (text: string) => void lines.push(text), columns: null, isTerminal: false };
  showQueue(createOutput({ stdout, stderr: stdout, isJson: false, isColourless: true }), held);
  const finding = checkQueue(held, LIMITS).find(({ check }) => check === 'held entries');
  for (const text of [lines.join(''), finding?.message ?? ''])
    expect(text).toContain('docs/operations.md, Held entries');
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  expect(page).toMatch(/^## Held entries$/mu);
});

function makeBeat(overrides: Partial<WorkerBeat>): WorkerBeat {
  const counts = { batches: 0, rows: 0, duplicates: 0, batch_ms_total: 0, failed_attempts: 0, dead_letters: 0 };
  const at = new Date(NOW).toISOString();
  return {
    worker: 'w',
    pid: 1,
    host: 'h',
    started_at: at,
    at,
    state: 'running',
    batch_size: 100,
    slots: 2,
    window: { ...counts, seconds: 60 },
    totals: counts,
    rss_bytes: 1,
    loop_lag_ms: 0,
    postgres: 'connected',
    version: '1.0.0',
    ...overrides,
  };
}

describe('the fleet', () => {
  test('workers of this release with Postgres at hand are well', () => {
    expect(unwell(checkFleet([makeBeat({})], '1.0.0', NOW))).toEqual([]);
  });

  test('nobody running, or nobody heard of lately, fails', () => {
    expect(unwell(checkFleet([], '1.0.0', NOW))).toEqual(['fail workers']);
    expect(unwell(checkFleet([makeBeat({})], '1.0.0', NOW + 16_000))).toEqual(['fail workers']);
    expect(unwell(checkFleet([makeBeat({ state: 'stopped' })], '1.0.0', NOW))).toEqual(['fail workers']);
  });

  test('another release and an absent Postgres are told apart', () => {
    const beats = [makeBeat({ version: '0.9.0' }), makeBeat({ postgres: 'away' })];
    expect(unwell(checkFleet(beats, '1.0.0', NOW))).toEqual(['fail workers', 'warn worker versions']);
  });
});

test('a worker that suspects Postgres, and events that are missing, fail', () => {
  const mass_poison = { sqlstate: '23514', since: new Date(NOW).toISOString(), refused: 2000 };
  const findings = checkFleet([makeBeat({ mass_poison })], '1.0.0', NOW);
  expect(unwell(findings)).toEqual(['fail workers']);
  expect(findings.find(({ level }) => level === 'fail')?.message).toContain('SQLSTATE 23514');
  const lost = { events: 3, producers: 1, newestAt: new Date(NOW), newest: [] };
  expect(checkLosses(lost)).toMatchObject({
    level: 'fail',
    message: expect.stringContaining('3 events of 1 producer'),
  });
  expect(checkLosses({ ...lost, events: 0 }).level).toBe('ok');
  expect(unwell(checkMovedLetters(2))).toEqual(['warn dead letters']);
});

describe('clocks', () => {
  const reading = { of: 'Redis', askedMs: 1000, answeredMs: 1200 };
  test.each([
    [1100, 0],
    [900, -100],
    [1500, 300],
  ])('a time of %i, asked from 1000 to 1200, is %i off without doubt', (theirMs, skewMs) => {
    expect(toSkewMs({ ...reading, theirMs })).toBe(skewMs);
  });

  test('seconds are a warning, a minute fails', () => {
    const levels = [1100, 4000, 100_000].map((theirMs) => checkClocks([{ ...reading, theirMs }])[0]?.level);
    expect(levels).toEqual(['ok', 'warn', 'fail']);
  });
});

describe('the database', () => {
  const lag = { waitingBatches: 0, lagSeconds: 0, blocker: null };
  const generation = { current: 1, newest: 1, isRestoreUnnoticed: false };

  test('a schema behind this release fails and names the command', () => {
    const finding = toMigrationFinding({ version: 3, latest: 5, pending: ['a', 'b'] });
    expect(finding).toMatchObject({ level: 'fail', message: expect.stringContaining('npx auditlane migrate') });
  });

  test.each([
    [{ count: 9, aheadDays: 7, rowsInDefault: 0 }, []],
    [{ count: 9, aheadDays: 1.5, rowsInDefault: 0 }, ['warn partitions']],
    [{ count: 0, aheadDays: 0, rowsInDefault: 1 }, ['fail partitions', 'warn partitions']],
  ])('partitions %j', (state, expected) => {
    expect(unwell(toPartitionFindings(state))).toEqual(expected);
  });

  test('a transaction that is open too long is named with what ends it', () => {
    const blocker = { pid: 77, application: 'psql', state: 'idle in transaction', openSeconds: 300 };
    const [finding] = toLedgerFindings({ ...lag, blocker }, generation);
    expect(finding?.message).toContain('pg_terminate_backend(77)');
    const prepared = toLedgerFindings({ ...lag, blocker: { ...blocker, pid: 0 } }, generation)[0];
    expect(prepared?.message).toContain('rollback prepared');
  });

  test('an unnoticed restore fails', () => {
    expect(unwell(toLedgerFindings(lag, { ...generation, isRestoreUnnoticed: true }))).toEqual([
      'fail ledger generation',
    ]);
  });
});

test('maintenance that failed last, or is silent for hours, is found', () => {
  const at = new Date(NOW);
  const run: LastMaintenanceRun = {
    task: 'partitions',
    status: 'succeeded',
    startedAt: at,
    finishedAt: at,
    durationMs: 5,
    error: null,
    details: null,
    lastSuccessAt: at,
    lastFailureAt: null,
    lastFailure: null,
    host: 'h',
    pid: 1,
  };
  const failed = { ...run, task: 'retention', lastSuccessAt: null, lastFailureAt: at, lastFailure: 'no space' };
  expect(unwell(checkMaintenance([run], NOW))).toEqual([]);
  expect(unwell(checkMaintenance([run, failed], NOW))).toEqual(['warn maintenance']);
  expect(unwell(checkMaintenance([run], NOW + 4 * 3_600_000))).toEqual(['fail maintenance']);
  expect(unwell(checkMaintenance([], NOW))).toEqual(['warn maintenance']);
});
