import { randomFillSync } from 'node:crypto';
import { isIP } from 'node:net';
import { expect } from 'vitest';
import {
  createUuidV7,
  decodeEntry,
  DEFAULT_REDACTION,
  encodeEvent,
  EVENT_CATEGORIES,
  EVENT_DOMAINS,
  isUuidV7,
  LIMITS,
  OUTCOMES,
  SEVERITIES,
  type EncodeContext,
  type EventRow,
} from '../src/index.ts';

const createId = createUuidV7(Date.now, randomFillSync);

export function buildContext(overrides: Partial<EncodeContext> = {}): EncodeContext {
  return {
    id: createId(),
    producerId: 'producer-1',
    producerSeq: 1,
    defaults: { service_name: 'shop' },
    redact: DEFAULT_REDACTION,
    maxEventBytes: LIMITS.eventBytes,
    ...overrides,
  };
}

/** The line of an event that must be accepted. */
export function encodeLine(input: unknown, overrides: Partial<EncodeContext> = {}): string {
  const encoded = encodeEvent(input, buildContext(overrides));
  if (encoded.kind !== 'encoded') throw new Error(`rejected: ${JSON.stringify(encoded)}`);
  return encoded.line;
}

/** The row that an accepted event becomes, by way of the queue's line. */
export function toRow(input: unknown, overrides: Partial<EncodeContext> = {}): EventRow {
  return decodeRow(encodeLine(input, overrides));
}

/** The row of an entry that must be storable. */
export function decodeRow(raw: string | Buffer): EventRow {
  const decoded = decodeEntry(raw, { nowMs: Date.now() });
  if (decoded.kind !== 'event') throw new Error(`no event: ${JSON.stringify(decoded)}`);
  expectStorable(decoded.row);
  return decoded.row;
}

export function metadataOf(row: EventRow): Record<string, unknown> {
  return JSON.parse(row.metadata ?? '{}');
}

/** What is kept in `metadata._auditlane`. */
export function auditlaneOf(row: EventRow): Record<string, unknown> {
  return Object(metadataOf(row)['_auditlane']);
}

/** An event with the given metadata, stored and read back. */
export function storeMetadata(metadata: unknown): Record<string, unknown> {
  return metadataOf(toRow({ event_type: 'test.event', event_category: 'info', metadata }));
}

/** Everything that Postgres would refuse in a row, checked without Postgres. */
export function expectStorable(row: EventRow): void {
  expect(isUuidV7(row.id)).toBe(true);
  expect(EVENT_CATEGORIES).toContain(row.event_category);
  expect(SEVERITIES).toContain(row.severity);
  expect([null, ...EVENT_DOMAINS]).toContain(row.event_domain);
  expect([null, ...OUTCOMES]).toContain(row.outcome);
  for (const [column, value] of Object.entries(row)) {
    if (typeof value === 'string') expect(faultOfText(value), `${column}: ${value.slice(0, 80)}`).toBe(null);
  }
  for (const [column, limit] of Object.entries(LIMITS.text)) {
    const value = Object(row)[column];
    if (typeof value === 'string') expect(value.length).toBeLessThanOrEqual(limit);
  }
  if (row.ip_address !== null) expect(isIP(row.ip_address)).not.toBe(0);
  if (row.occurred_at !== null) expect(Date.parse(row.occurred_at)).not.toBeNaN();
  expect(Number.isInteger(row.flags) && row.flags >= 0 && row.flags < 2 ** 31).toBe(true);
  expect(row.producer_seq === null || Number.isSafeInteger(row.producer_seq)).toBe(true);
  if (row.metadata !== null) expectJsonb(JSON.parse(row.metadata), 0);
}

function faultOfText(text: string): string | null {
  if (text.includes('\0')) return 'NUL';
  return text.isWellFormed() ? null : 'lone surrogate';
}

function expectJsonb(value: unknown, depth: number): void {
  expect(depth).toBeLessThan(64);
  if (typeof value === 'string') expect(faultOfText(value)).toBe(null);
  if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    expect(faultOfText(key)).toBe(null);
    expectJsonb(member, depth + 1);
  }
}
