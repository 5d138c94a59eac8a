import type { AuditClient } from '../../../src/audit-client.ts';
import type { EventJournal } from '../../../src/events/journal/event-journal.ts';
import { EVENT_GATE, type EventGate, type ParkedEvent } from '../../../src/events/processors/event-gate.ts';
import type { SecurityEvent } from '../../../src/events/index.ts';
import type { Receipt } from '../../../src/receipt.ts';

/** A client that remembers what a batched processor gives to it, so that no server is needed to see it. */
export function createStandInClient(overrides: Partial<EventGate> = {}) {
  const kept: SecurityEvent[] = [];
  const parked: ParkedEvent[] = [];
  const givenUp: { readonly id: string; readonly reason: string; readonly count: number }[] = [];
  const coalesced: string[] = [];
  const warnings: { readonly condition: string; readonly facts: Readonly<Record<string, unknown>> | undefined }[] = [];
  const drains = new Set<() => Promise<unknown>>();
  const spooled = (event: SecurityEvent): Promise<Receipt> => Promise.resolve({ id: event.id, status: 'spooled' });
  const gate: EventGate = {
    guarantee: 'durable',
    warnings: { warn: (condition, facts) => void warnings.push({ condition, facts }) },
    isClosed: false,
    reserve: () => undefined,
    admit: ({ id }) => ({ kind: 'admitted', id, lane: 'main', line: `{"id":"${id}"}`, bytes: 10, number: 1 }),
    send: ({ id }) => Promise.resolve({ id, status: 'queued' }),
    sendCritical: ({ id }) => Promise.resolve({ id, status: 'stored' }),
    keep(event) {
      kept.push(event);
      return spooled(event);
    },
    store: () => Promise.resolve([]),
    park(events) {
      parked.push(...events);
      return Promise.resolve();
    },
    amend: () => undefined,
    giveUp: ({ id }, reason, count) => void givenUp.push({ id, reason, count }),
    coalesced: ({ id }) => void coalesced.push(id),
    placed: () => undefined,
    ended: () => undefined,
    openJournal: (): EventJournal => {
      throw new Error('no journal here');
    },
    beforeClose(drain) {
      drains.add(drain);
      return () => void drains.delete(drain);
    },
    ...overrides,
  };
  const unused = (): Promise<never> => Promise.reject(new Error('not used'));
  const client = {
    logAudit: () => Promise.resolve({ status: 'rejected', reason: 'internal' } as const),
    logCriticalAudit: unused,
    logAuditTx: unused,
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: () => {
      throw new Error('not used');
    },
    [EVENT_GATE]: gate,
  } satisfies AuditClient & Record<typeof EVENT_GATE, EventGate>;
  return { client, gate, kept, parked, givenUp, coalesced, warnings, drains };
}
