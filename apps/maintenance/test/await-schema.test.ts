import { ConfigError } from '@auditlane/runtime';
import { StoreError } from '@auditlane/store';
import type { MigrateResult, StoreErrorCode } from '@auditlane/store';
import { expect, test } from 'vitest';
import { awaitSchema } from '../src/database/await-schema.ts';

const DONE: MigrateResult = { version: 9, applied: [], partitionsCreated: [] };

/** Runs with the given outcomes of `migrate`, one after the other. */
async function run(outcomes: readonly (StoreErrorCode | Error | 'done')[], signal = new AbortController().signal) {
  const said: string[] = [];
  const waits: number[] = [];
  const left = [...outcomes];
  const say = (level: string) => (condition: string) => {
    said.push(`${level} ${condition}`);
    return true;
  };
  const result = await awaitSchema(
    {
      migrate: async () => {
        const outcome = left.shift();
        if (outcome === 'done') return DONE;
        throw outcome instanceof Error ? outcome : new StoreError(outcome ?? 'poison', `because ${outcome}`);
      },
      log: { info: say('info'), warn: say('warn'), error: say('error') },
      sleep: async (ms) => void waits.push(ms),
      random: () => 1,
    },
    signal,
  );
  return { result, said, waits };
}

test('a Postgres that is away is waited for, with growing pauses, and each reason is said', async () => {
  const { result, said, waits } = await run(['outage', 'outage', 'deploy', 'done']);
  expect(result).toBe(DONE);
  expect(said).toEqual(['warn schema:outage', 'warn schema:outage', 'error schema:deploy']);
  expect(waits).toEqual([200, 400, 800]);
});

test.each(['database_newer', 'migration_changed', 'server_too_old', 'config'] as const)(
  'a database that does not fit this release (%s) ends the process as bad configuration, with the remedy',
  async (code) => {
    const failure = await run([code]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(failure).toMatchObject({ faults: [{ name: 'DATABASE_URL', problem: `because ${code}` }] });
  },
);

test('a defect of ours is not waited for', async () => {
  await expect(run([new TypeError('defect')])).rejects.toThrow('defect');
  await expect(run(['poison'])).rejects.toThrow('because poison');
});

test('nothing is tried once the process drains', async () => {
  expect(await run(['done'], AbortSignal.abort())).toMatchObject({ result: null, said: [] });
});
