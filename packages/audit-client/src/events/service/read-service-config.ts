import { EVENT_CATEGORIES, EVENT_DOMAINS, type EventIssue, OUTCOMES, SEVERITIES } from '@auditlane/schema';
import * as z from 'zod';
import type { AuditClient } from '../../audit-client.ts';
import type { AuditLogger } from '../../audit-logger.ts';
import { isPrefix, PREFIX_FORM } from '../../middleware/path-rule.ts';
import { compileTrust } from '../../middleware/trust-proxy.ts';
import { getRequestUser } from '../../middleware/user-lookup.ts';
import { findFaultyNames, toIssues } from '../../settings/to-issues.ts';
import type { BatchProcessingOptions } from '../batching/batch-options.ts';
import { SecurityEventSource } from '../catalogue/security-event-source.ts';
import { EVENT_PRIORITIES } from '../event-priority.ts';
import type { EventProcessor } from '../event-processor.ts';

const MIN_HASH_KEY = 16;
const Keys = z.array(z.string().min(1).max(255)).max(1000).default([]);
const Paths = z.array(z.string().min(1).max(1000)).max(1000).default([]);
const Callback = z.custom<Function>((value) => typeof value === 'function', 'must be a function');

/** Prefixes or a function; a single prefix is a list of one. */
function pathRule(prefixes: readonly string[]) {
  const Prefix = z.string().refine(isPrefix, PREFIX_FORM);
  const Rule = z.union([Prefix.transform((prefix) => [prefix]), z.array(Prefix).max(1000), Callback]);
  return Rule.default([...prefixes]);
}

const EventTypeName = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,255}$/, 'an event type has 1 to 255 of letters, digits and _ . : -');

/** A class that extends another, or an object: whatever has the methods. */
function objectWith<Shape extends object>(...methods: readonly string[]) {
  return z.custom<Shape>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((name) => typeof Reflect.get(value, name) === 'function'),
    `must have ${methods.join(' and ')}`,
  );
}

/** Every setting of a service but those of its batches, with its bounds and its default. */
const SettingsSchema = z.strictObject({
  enabled: z.boolean().default(true),
  defaultPriorities: z.record(z.string(), z.enum(EVENT_PRIORITIES)).default({}),
  eventTypes: z
    .record(
      EventTypeName,
      z.strictObject({
        priority: z.enum(EVENT_PRIORITIES).optional(),
        severity: z.enum(SEVERITIES).optional(),
        category: z.enum(EVENT_CATEGORIES).optional(),
        domain: z.enum(EVENT_DOMAINS).optional(),
        outcome: z.enum(OUTCOMES).nullable().optional(),
      }),
    )
    .default({}),
  severityByPriority: z.partialRecord(z.enum(EVENT_PRIORITIES), z.enum(SEVERITIES)).default({}),
  defaultLoggingOptions: z.strictObject({ includeHeaders: z.boolean().default(false) }).prefault({}),
  defaultSource: z.string().min(1).max(255).default(SecurityEventSource.SERVICE),
  apiPaths: pathRule(['/api']),
  adminPaths: pathRule(['/admin', '/api/admin']),
  trustProxy: z
    .unknown()
    .superRefine((setting, context) => {
      const compiled = setting === undefined ? null : compileTrust(setting);
      if (compiled?.kind === 'invalid') context.addIssue({ code: 'custom', message: compiled.message });
    })
    .optional(),
  getUser: Callback.default(() => getRequestUser),
  redaction: z
    .strictObject({
      keys: Keys,
      paths: Paths,
      hash: z
        .strictObject({
          key: z.union([
            z.string().min(MIN_HASH_KEY),
            z.instanceof(Uint8Array).refine((key) => key.length >= MIN_HASH_KEY),
          ]),
          keys: Keys,
          paths: Paths,
        })
        .optional(),
    })
    .prefault({}),
  handlerTimeout: z.int().min(1).max(600_000).default(10_000),
  client: objectWith<AuditClient>('logAudit', 'logCriticalAudit', 'flush').optional(),
  processor: objectWith<EventProcessor>('process').optional(),
  name: z.string().min(1).max(100).default('default'),
  logger: objectWith<AuditLogger>('warn').optional(),
  /** The batching processor reads these itself. */
  batchProcessing: z.custom<BatchProcessingOptions>(() => true).optional(),
});
export type ServiceSettings = z.output<typeof SettingsSchema>;

/** Settings, and everything that was wrong with what was given. */
export interface ServiceSettingsResult {
  readonly settings: ServiceSettings;
  readonly issues: readonly EventIssue[];
  /** Whether events may be logged: what should be redacted is known. */
  readonly isSafe: boolean;
}

/**
 * Checks the configuration of a service. Total: it may be anything, and what is wrong is named and left out. Messages never
 * repeat a value, which may be a secret.
 */
export function readServiceConfig(config: unknown): ServiceSettingsResult {
  try {
    const given: unknown = config ?? {};
    const parsed = SettingsSchema.safeParse(given);
    if (parsed.success) return { settings: parsed.data, issues: [], isSafe: true };
    const { issues } = parsed.error;
    const wrong = findFaultyNames(issues);
    const isSafe = !wrong.has('redaction') && !wrong.has('');
    return { settings: parseWithout(given, wrong), issues: toIssues(issues), isSafe };
  } catch {
    const issues = [{ path: '', code: 'unreadable', message: 'the configuration cannot be read' }];
    return { settings: SettingsSchema.parse({}), issues, isSafe: false };
  }
}

/** Options share nothing with each other, so those that are left are right. */
function parseWithout(given: unknown, wrong: ReadonlySet<string>): ServiceSettings {
  if (typeof given !== 'object' || given === null) return SettingsSchema.parse({});
  return SettingsSchema.parse(Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name))));
}
