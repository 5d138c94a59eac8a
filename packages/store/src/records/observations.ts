import type { EventRow } from '@auditlane/schema';
import type { Pool } from 'pg';

import { loadQuery } from '../load-query.ts';
import { type ProducerNumbers, accountNumbers } from '../losses/account-numbers.ts';
import { toOwnRow } from './own-event.ts';
import { type ResultRow, readDate } from '../postgres/read-row.ts';
import { storeInTransaction } from '../storing/store-in-transaction.ts';
import { queryOn, runQuery } from '../postgres/with-client.ts';
import { withTransaction } from '../postgres/with-transaction.ts';

/** What was last seen of a thing. */
export interface Observation {
  readonly value: unknown;
  readonly changedAt: Date;
}

/** What is seen now, and the events that tell of the difference. */
export interface Observed {
  readonly value: unknown;
  readonly events: readonly EventRow[];
  /** Numbers whose end is known with it. Default none. */
  readonly accounted?: readonly ProducerNumbers[];
}

/** Reads what was last seen of a thing; null when it never was. */
export async function readObservation(pool: Pool, name: string): Promise<Observation | null> {
  return toObservation((await runQuery(pool, 'read_observation', [name])).rows[0]);
}

/**
 * Notes what is seen of a thing now together with the events of its change, in one transaction: a change is told once, whoever sees
 * it and however often. `compare` gets what was seen before, null the first time, and answers null when nothing is to be noted.
 */
export async function observe(
  pool: Pool,
  name: string,
  compare: (before: Observation | null) => Observed | null,
): Promise<boolean> {
  return withTransaction(pool, async (client) => {
    // So that of two processes that see a thing for the first time the second waits for the first.
    await queryOn(client, loadQuery('open_observation'), [name]);
    const before = toObservation((await queryOn(client, loadQuery('lock_observation'), [name])).rows[0]);
    const observed = compare(before);
    if (observed === null) return false;
    await queryOn(client, loadQuery('note_observation'), [name, JSON.stringify(observed.value)]);
    await accountNumbers(client, observed.accounted ?? []);
    await storeInTransaction(client, observed.events, { writer: name });
    return true;
  });
}

function toObservation(row: ResultRow | undefined): Observation | null {
  const value = row?.['value'] ?? null;
  return value === null ? null : { value, changedAt: readDate(row, 'changed_at') };
}

/** Settings of a process by the names of their variables. Never a secret. */
export type NotedSettings = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/**
 * Notes the settings that a process starts with. When they differ from those its kind last started with, an event says which, before
 * and after; the first start says nothing. Works with the rights of `audit_writer`. Answers the names that have changed.
 */
export async function noteSettings(pool: Pool, process: string, settings: NotedSettings): Promise<readonly string[]> {
  return withTransaction(pool, async (client) => {
    const answer = await queryOn(client, loadQuery('note_settings'), [process, JSON.stringify(settings)]);
    const before: unknown = answer.rows[0]?.['before'];
    if (typeof before !== 'object' || before === null) return [];
    const old = new Map<string, unknown>(Object.entries(before));
    const names = [...new Set([...old.keys(), ...Object.keys(settings)])]
      .filter((name) => JSON.stringify(old.get(name) ?? null) !== JSON.stringify(settings[name] ?? null))
      .toSorted();
    const row = toOwnRow({
      eventType: 'audit.configuration.changed',
      resourceId: process,
      process,
      description: `${process} starts with other settings: ${names.join(', ')}`,
      metadata: {
        before: Object.fromEntries(names.map((name) => [name, old.get(name) ?? null])),
        after: Object.fromEntries(names.map((name) => [name, settings[name] ?? null])),
      },
    });
    await storeInTransaction(client, names.length === 0 ? [] : [row], { writer: process });
    return names;
  });
}
