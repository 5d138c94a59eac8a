import { AuditError } from '../audit-error.ts';
import type * as z from 'zod';
import { MiddlewareSettings } from './settings.ts';

/**
 * Checks the options of a middleware and fills in the defaults.
 *
 * @throws AuditError `misconfigured`, whose message names every fault, when an option is unknown or out of its bounds
 */
export function readOptions(options: unknown): MiddlewareSettings {
  const parsed = MiddlewareSettings.safeParse(withoutAbsent(options));
  if (parsed.success) return parsed.data;
  throw toOptionsError('The security events middleware', parsed.error);
}

/** The error that names every fault of the options of `owner`. */
export function toOptionsError(owner: string, { issues: found }: z.ZodError): AuditError {
  const issues = found.map((issue) => ({
    path: issue.path.map(String).join('.'),
    code: issue.code ?? 'invalid',
    message: issue.message,
  }));
  const faults = issues.map(({ path, message }) => (path === '' ? message : `${path} ${message}`));
  const error = new AuditError('misconfigured', { issues });
  error.message = `${owner} has an invalid option: ${faults.join('; ')}`;
  return error;
}

/** `{ trustProxy: undefined }` means "not given", as with any option. */
function withoutAbsent(options: unknown): unknown {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return options;
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
