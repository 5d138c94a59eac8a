import type { EventIssue } from '@auditlane/schema';
import { toDefaultSpoolDir } from '../spool/spool-folder.ts';
import { ENVIRONMENT_NAMES, Settings } from './settings.ts';

/** Settings, or everything that is wrong with them. */
export type SettingsResult =
  | { readonly kind: 'valid'; readonly settings: Settings }
  | { readonly kind: 'invalid'; readonly issues: readonly EventIssue[] };

const NAMES: Readonly<Record<string, string>> = ENVIRONMENT_NAMES;

/**
 * Merges options with the environment (an option wins, then its variable, then the default) and checks both. Total:
 * options may be anything. An empty variable counts as absent. Messages never repeat the value, which may be a secret.
 */
export function readSettings(
  options: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): SettingsResult {
  try {
    const given = toOwnValues(options);
    if (given === null) {
      return { kind: 'invalid', issues: [{ path: '', code: 'invalid_type', message: 'options must be an object' }] };
    }
    const parsed = Settings.safeParse({
      spoolDir: toDefaultSpoolDir(environment['XDG_STATE_HOME']),
      ...fromEnvironment(environment),
      ...given,
    });
    if (parsed.success) {
      return { kind: 'valid', settings: parsed.data };
    }
    return { kind: 'invalid', issues: parsed.error.issues.map(toIssue) };
  } catch {
    return { kind: 'invalid', issues: [{ path: '', code: 'unreadable', message: 'options cannot be read' }] };
  }
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [setting, name] of Object.entries(ENVIRONMENT_NAMES)) {
    const text = environment[name];
    if (text !== undefined && text !== '') {
      found[setting] = text;
    }
  }
  return found;
}

/** `{ redisUrl: undefined }` means "not given", as with any option. */
function toOwnValues(options: unknown): Readonly<Record<string, unknown>> | null {
  if (options === undefined) {
    return {};
  }
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    return null;
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function toIssue(issue: {
  readonly path: readonly PropertyKey[];
  readonly code?: string | undefined;
  readonly message: string;
}): EventIssue {
  const setting = String(issue.path[0] ?? '');
  const variable = NAMES[setting];
  return {
    path: issue.path.map(String).join('.'),
    code: issue.code ?? 'invalid',
    message: variable === undefined ? issue.message : `${issue.message} (option ${setting}, or ${variable})`,
  };
}
