import { findUnknownNames } from '@auditlane/runtime';
import { withoutPassword } from '../servers/admin-url.ts';
import { toGivenDatabaseUrl, toGivenRedisUrl, type Settings } from '../servers/settings.ts';
import { ok, warn, type Finding } from './finding.ts';

/** `. .auditlane/env` sets these for applications and tools; they are no settings. */
const WRITTEN_BY_START: ReadonlySet<string> = new Set(['AUDIT_READER_URL', 'AUDIT_API_URL']);

/** Which servers are asked, who named them, and names in the environment that nothing reads. */
export function checkConfiguration(settings: Settings): readonly Finding[] {
  const { source } = settings;
  const by = source.kind === 'stack' ? `npm start (${source.path})` : 'the environment';
  const unknown = findUnknownNames()
    .filter(({ name }) => !WRITTEN_BY_START.has(name))
    .map(({ name, nearest }) =>
      warn(
        'configuration',
        `${name} is set and nothing reads it: ${nearest === null ? 'remove it' : `did you mean ${nearest}?`}`,
      ),
    );
  return [
    ok('configuration', `servers named by ${by}`),
    ok('redis address', withoutPassword(toGivenRedisUrl(settings))),
    ok('postgres address', withoutPassword(toGivenDatabaseUrl(settings))),
    ...unknown,
  ];
}
