import type { EventIssue } from '@auditlane/schema';
import * as z from 'zod';
import type { AuditLogger } from '../../audit-logger.ts';
import { findFaultyNames, toIssues } from '../../settings/to-issues.ts';

const Settings = z.strictObject({
  logger: z
    .custom<AuditLogger>(
      (value) => typeof value === 'object' && value !== null && typeof Reflect.get(value, 'warn') === 'function',
      'must have warn',
    )
    .optional(),
  handlerTimeout: z.int().min(1).max(600_000).default(10_000),
  maxRunningCalls: z.int().min(1).max(1_000_000).default(100),
  maxWaitingEvents: z.int().min(1).max(10_000_000).default(10_000),
});

/** Options of a bus with their defaults. */
export type EmitterSettings = z.output<typeof Settings>;

/** Reads the options of a bus, of any shape; total. What is wrong is named and has its default. */
export function readEmitterSettings(options: unknown): {
  readonly settings: EmitterSettings;
  readonly issues: readonly EventIssue[];
} {
  try {
    const parsed = Settings.safeParse(options);
    if (parsed.success) return { settings: parsed.data, issues: [] };
    const { issues } = parsed.error;
    const wrong = findFaultyNames(issues);
    const right = Object.entries(Object(options)).filter(([name]) => !wrong.has('') && !wrong.has(name));
    return { settings: Settings.parse(Object.fromEntries(right)), issues: toIssues(issues) };
  } catch {
    const issue = { path: '', code: 'unreadable', message: 'options cannot be read' };
    return { settings: Settings.parse({}), issues: [issue] };
  }
}
