import type { EventIssue } from '@auditlane/schema';
import type * as z from 'zod';
import { createStderrLogger } from '../audit-logger.ts';
import { createWarnings } from '../warnings.ts';

/** Options after their check, and everything that was wrong with them. */
export interface CheckedOptions<Options> {
  readonly options: Options;
  readonly issues: readonly EventIssue[];
}

/**
 * Checks options; those that are invalid or unknown count as not given. Total; messages never repeat a value, which may
 * be a secret. `check` must take `{}`.
 */
export function checkOptions<Options>(check: z.ZodType<Options>, given: unknown): CheckedOptions<Options> {
  const parsed = check.safeParse(given);
  if (parsed.success) return { options: parsed.data, issues: [] };
  const valid = check.safeParse(withoutFaults(given, parsed.error.issues));
  return { options: valid.success ? valid.data : check.parse({}), issues: parsed.error.issues.map(toIssue) };
}

/** As {@link checkOptions}, and says on stderr what is wrong. */
export function readOptions<Options>(check: z.ZodType<Options>, given: unknown): Options {
  const { options, issues } = checkOptions(check, given);
  if (issues.length > 0) {
    const warnings = createWarnings(createStderrLogger(), Date.now);
    warnings.warn('options of a log transport are invalid and keep their defaults', { issues });
  }
  return options;
}

function withoutFaults(given: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  if (typeof given !== 'object' || given === null) return {};
  const faulty = new Set(
    issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : issue.path.slice(0, 1))),
  );
  return Object.fromEntries(Object.entries(given).filter(([name]) => !faulty.has(name)));
}

function toIssue(issue: z.core.$ZodIssue): EventIssue {
  return { path: issue.path.map(String).join('.'), code: issue.code, message: issue.message };
}
