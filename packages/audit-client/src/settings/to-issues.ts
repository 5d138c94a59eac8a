import type { EventIssue } from '@auditlane/schema';
import type * as z from 'zod';

/**
 * What was wrong with options, as users are told it: an option that nobody knows stands at its own path, not at that of
 * the object around it. Messages name keys and never repeat a value, which may be a secret.
 */
export function toIssues(issues: readonly z.core.$ZodIssue[]): readonly EventIssue[] {
  return issues.flatMap((issue) => {
    const { path, code, message } = issue;
    if (issue.code !== 'unrecognized_keys') return [{ path: toPath(path), code, message }];
    return issue.keys.map((key) => ({ path: toPath([...path, key]), code, message: `Unrecognized key: "${key}"` }));
  });
}

/** The names at the top of the options that something is wrong with or below; the empty one is the whole. */
export function findFaultyNames(issues: readonly z.core.$ZodIssue[]): ReadonlySet<string> {
  return new Set(
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [String(issue.path[0] ?? '')],
    ),
  );
}

function toPath(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
