import { findFaults, findUnknownNames, type EnvSource } from '@auditlane/runtime';
import { everyEnvSchema } from '../env.ts';
import { withoutPassword } from '../servers/admin-url.ts';
import { toGivenDatabaseUrl, toGivenRedisUrl, type Settings } from '../servers/settings.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** Which servers are asked, who named them, what no process could start with, and names that nothing reads. */
export function checkConfiguration(settings: Settings, env?: EnvSource): readonly Finding[] {
  const { source } = settings;
  const by = source.kind === 'stack' ? `npm start (${source.path})` : 'the environment';
  const unknown = findUnknownNames(env).map(({ name, nearest }) =>
    warn(
      'configuration',
      `${name} is set and nothing reads it: ${nearest === null ? 'remove it' : `did you mean ${nearest}?`}`,
    ),
  );
  return [
    ok('configuration', `servers named by ${by}`),
    ok('redis address', withoutPassword(toGivenRedisUrl(settings))),
    ok('postgres address', withoutPassword(toGivenDatabaseUrl(settings))),
    ...checkSettings(env),
    ...unknown,
  ];
}

/** The settings of all processes, seen from here: `.env` and this environment. */
function checkSettings(env?: EnvSource): readonly Finding[] {
  const faults = findFaults([everyEnvSchema], env);
  return faults.length === 0
    ? [ok('settings', 'each process can start with them')]
    : faults.map(({ name, problem }) =>
        fail(
          'settings',
          `${name} ${problem}: the processes that read it do not start, correct it in .env or the environment`,
        ),
      );
}
