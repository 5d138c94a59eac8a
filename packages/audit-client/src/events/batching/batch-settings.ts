import type { EventIssue } from '@auditlane/schema';
import * as z from 'zod';
import { findFaultyNames, toIssues } from '../../settings/to-issues.ts';
import { EVENT_PRIORITIES, type EventPriority } from '../event-priority.ts';
import type { BatchProcessingOptions } from './batch-options.ts';

/** A number for each priority. */
export type NumbersByPriority = Readonly<Record<EventPriority, number>>;

const BATCH_SIZES: NumbersByPriority = { critical: 1, high: 5, medium: 20, low: 50, info: 100 };
const WAIT_TIMES: NumbersByPriority = { critical: 0, high: 1000, medium: 5000, low: 10_000, info: 30_000 };
const REALTIME_WAIT_MS = 20;
const HOUR_MS = 3_600_000;
const NOT_AN_OBJECT = 'must be an object';

const wholeNumber = (min: number, max: number) => z.number().int().min(min).max(max);

function byPriority(min: number, max: number) {
  const one = wholeNumber(min, max);
  const some = z.strictObject(Object.fromEntries(EVENT_PRIORITIES.map((priority) => [priority, one.optional()])));
  return z.union([one, some], `must be a whole number from ${min} to ${max}, or such numbers by priority`);
}

function functionOf<Signature>(isFit: (value: unknown) => boolean, what: string) {
  return z.custom<Signature>((value) => isFit(value), `must be ${what}`);
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

function hasFunction(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && isFunction(Reflect.get(value, name));
}

/** What each option may be. Defaults are in `readBatchSettings`, so that one bad option leaves the others alone. */
const OPTIONS = {
  maxBatchSize: byPriority(1, 1000),
  maxWaitTime: byPriority(0, HOUR_MS),
  preset: z.enum(['standard', 'realtime']),
  enableAutoFlush: z.boolean(),
  enablePrioritization: z.boolean(),
  processHighPriorityImmediately: z.boolean(),
  enableDeduplication: z.boolean(),
  deduplicationWindow: wholeNumber(1, 86_400_000),
  deduplicationStore: functionOf<NonNullable<BatchProcessingOptions['deduplicationStore']>>(
    (value) => hasFunction(value, 'claim'),
    'a DeduplicationStore',
  ),
  fingerprint: functionOf<NonNullable<BatchProcessingOptions['fingerprint']>>(isFunction, 'a function'),
  maxRetryAttempts: wholeNumber(0, 100),
  retryDelay: wholeNumber(0, HOUR_MS),
  processingTimeout: wholeNumber(1, HOUR_MS),
  enableBackpressure: z.boolean(),
  maxQueueSize: wholeNumber(1, 10_000_000),
  maxQueueBytes: wholeNumber(1024, 16 * 1024 ** 3),
  journal: z.boolean(),
  client: functionOf<NonNullable<BatchProcessingOptions['client']>>(
    (value) => hasFunction(value, 'logAudit'),
    'an audit client',
  ),
} as const satisfies Record<keyof BatchProcessingOptions, z.ZodType>;

type Given = { -readonly [Name in keyof typeof OPTIONS]?: z.output<(typeof OPTIONS)[Name]> | undefined };

/** Options with their defaults. */
export interface BatchSettings {
  readonly maxBatchSize: NumbersByPriority;
  /** After `preset`. */
  readonly maxWaitTime: NumbersByPriority;
  readonly enableAutoFlush: boolean;
  readonly enablePrioritization: boolean;
  readonly processHighPriorityImmediately: boolean;
  readonly enableDeduplication: boolean;
  readonly deduplicationWindow: number;
  readonly deduplicationStore: BatchProcessingOptions['deduplicationStore'];
  readonly fingerprint: BatchProcessingOptions['fingerprint'];
  readonly maxRetryAttempts: number;
  readonly retryDelay: number;
  readonly processingTimeout: number;
  readonly enableBackpressure: boolean;
  readonly maxQueueSize: number;
  readonly maxQueueBytes: number;
  /** Undefined: as the client's guarantee says. */
  readonly journal: boolean | undefined;
  readonly client: BatchProcessingOptions['client'];
}

/** Reads options of any shape; total. What is wrong is named and left out. */
export function readBatchSettings(options: unknown): {
  readonly settings: BatchSettings;
  readonly issues: readonly EventIssue[];
} {
  const issues: EventIssue[] = [];
  const given: Given = {};
  try {
    readOptions(options, given, issues);
  } catch {
    issues.push({ path: '', code: 'unreadable', message: 'options cannot be read' });
  }
  const isRealtime = given.preset === 'realtime';
  const wait = toNumbers(given.maxWaitTime, WAIT_TIMES);
  return {
    issues,
    settings: {
      maxBatchSize: toNumbers(given.maxBatchSize, BATCH_SIZES),
      maxWaitTime: isRealtime ? mapNumbers((priority) => Math.min(wait[priority], REALTIME_WAIT_MS)) : wait,
      enableAutoFlush: given.enableAutoFlush ?? true,
      enablePrioritization: given.enablePrioritization ?? true,
      processHighPriorityImmediately: given.processHighPriorityImmediately ?? true,
      enableDeduplication: given.enableDeduplication ?? true,
      deduplicationWindow: given.deduplicationWindow ?? 60_000,
      deduplicationStore: given.deduplicationStore,
      fingerprint: given.fingerprint,
      maxRetryAttempts: given.maxRetryAttempts ?? 3,
      retryDelay: given.retryDelay ?? 5000,
      processingTimeout: given.processingTimeout ?? 30_000,
      enableBackpressure: given.enableBackpressure ?? true,
      maxQueueSize: given.maxQueueSize ?? 10_000,
      maxQueueBytes: given.maxQueueBytes ?? 64 * 1024 ** 2,
      journal: given.journal,
      client: given.client,
    },
  };
}

function readOptions(options: unknown, given: Given, issues: EventIssue[]): void {
  if (options === undefined) {
    return;
  }
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    issues.push({ path: '', code: 'invalid_type', message: NOT_AN_OBJECT });
    return;
  }
  const parsed = z.object(OPTIONS).partial().strict();
  const own = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const result = parsed.safeParse(own);
  if (!result.success) issues.push(...toIssues(result.error.issues));
  // Again without those that are wrong: they share nothing with the others.
  const wrong = findFaultyNames(result.error?.issues ?? []);
  const good = Object.fromEntries(Object.entries(own).filter(([name]) => !wrong.has(name)));
  Object.assign(given, z.object(OPTIONS).partial().parse(good));
}

function toNumbers(
  value: number | Readonly<Record<string, number | undefined>> | undefined,
  defaults: NumbersByPriority,
): NumbersByPriority {
  return mapNumbers((priority) => (typeof value === 'number' ? value : (value?.[priority] ?? defaults[priority])));
}

function mapNumbers(toNumber: (priority: EventPriority) => number): NumbersByPriority {
  return {
    critical: toNumber('critical'),
    high: toNumber('high'),
    medium: toNumber('medium'),
    low: toNumber('low'),
    info: toNumber('info'),
  };
}
