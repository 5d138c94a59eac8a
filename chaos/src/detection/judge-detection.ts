/**
 * Where a loss is permitted, the product must name it by itself: maintenance judges the holes in the numbers of producers,
 * stores `audit.loss.detected`, and the monitoring answer alerts. A loss that nothing names breaks the promise.
 */
import { resolve } from 'node:path';
import { spawnProcess, waitFor, type SpawnedProcess } from '@auditlane/testkit/harness';
import type { NumberRange } from '@auditlane/store';
import * as z from 'zod';
import type { World } from '../world/world.ts';
import { collectEvidence } from './collect.ts';
import { compareNamed, countUnheard, type ProducerEvidence } from './compare-named.ts';
import { fromEventNumbers } from './ranges.ts';

const API = resolve(import.meta.dirname, '../../../apps/api/src/main.ts');
const LOSS_EVENTS = `select resource_id, metadata->>'numbers' as numbers from audit_logs where event_type = 'audit.loss.detected'`;

const LossEvent = z.object({ resource_id: z.string(), numbers: z.string() });
const Listening = z.object({ url: z.string() });
const Answer = z.object({ recommendations: z.array(z.looseObject({ severity: z.string(), message: z.string() })) });

/** What came of it: what breaks the promise, and what was seen. */
export interface Detection {
  readonly broken: readonly string[];
  /** Lost events that the product names. */
  readonly named: number;
  /** Lost events whose numbers were on a destroyed disk alone. */
  readonly unheard: number;
}

async function collectAll(world: World, lost: readonly string[]): Promise<readonly ProducerEvidence[]> {
  const ids = new Set(lost);
  const found: ProducerEvidence[] = [];
  for (const producer of world.producers) {
    const evidence = await collectEvidence(world, producer, ids);
    if (evidence !== null) found.push(evidence);
  }
  return found;
}

/** Numbers that events say are lost, by producer. */
async function readLossEvents(world: World): Promise<ReadonlyMap<string, readonly NumberRange[]>> {
  const named = new Map<string, readonly NumberRange[]>();
  for (const row of (await world.pool.query(LOSS_EVENTS)).rows) {
    const { resource_id: producerId, numbers } = LossEvent.parse(row);
    const ranges = [...(named.get(producerId) ?? []), ...fromEventNumbers(numbers)];
    named.set(
      producerId,
      ranges.toSorted((a, b) => a.first - b.first),
    );
  }
  return named;
}

/** The monitoring answer of a real API; its alert must speak of as many missing events as there are. */
async function readAlerts(world: World): Promise<readonly string[]> {
  const env = { REDIS_URL: world.links.worker.url, DATABASE_URL: world.links.store.url, PORT: '0' };
  await using api: SpawnedProcess = spawnProcess(API, { env });
  const { json } = await api.waitForLine('listening', 60_000);
  const { url } = Listening.parse(json);
  const answer = Answer.parse(await (await fetch(new URL('/monitoring/audit-metrics', url))).json());
  return answer.recommendations.map(({ severity, message }) => `${severity}: ${message}`);
}

function judgeAlerts(alerts: readonly string[], total: number): readonly string[] {
  const isTold = alerts.some((alert) => alert.startsWith(`critical: Events are missing! ${total} of `));
  return isTold
    ? []
    : [`no alert of the monitoring answer says that ${total} events are missing: ${alerts.join('; ')}`];
}

function countNamed(evidence: readonly ProducerEvidence[]): number {
  return evidence.flatMap(({ named }) => named).reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** Waits until maintenance has named the lost events, and compares what it names with what is lost. */
export async function judgeDetection(
  world: World,
  o: { readonly lost: readonly string[]; readonly deadlineMs: number },
): Promise<Detection> {
  await world.startMaintenance();
  let evidence: readonly ProducerEvidence[] = [];
  const isNamed = async (): Promise<boolean> => {
    evidence = await collectAll(world, o.lost);
    return evidence.every((each) => compareNamed(each).length === 0);
  };
  await waitFor(isNamed, { deadlineMs: o.deadlineMs, everyMs: 500 }).catch(() => false);
  const events = await readLossEvents(world);
  const told = evidence.map((each) => ({ ...each, named: events.get(each.producerId) ?? [] }));
  const unheard = evidence.reduce((sum, each) => sum + countUnheard(each), 0);
  const total = countNamed(evidence);
  return {
    named: total,
    unheard,
    broken: [
      ...evidence.flatMap(compareNamed),
      ...told.flatMap(compareNamed).map((text) => `audit.loss.detected: ${text}`),
      ...(total === 0 ? [] : judgeAlerts(await readAlerts(world), await countLost(world))),
    ],
  };
}

/** All that the product calls lost; producers whose calls had no receipts are among them. */
async function countLost(world: World): Promise<number> {
  const { rows } = await world.pool.query<{ readonly lost: number }>(
    `select coalesce(sum(upper(r) - lower(r)), 0)::integer as lost from audit_producers, unnest(lost) as r`,
  );
  return rows[0]?.lost ?? 0;
}
