import { readMaintenanceRuns, readServer, type Pool } from '@auditlane/store';
import type { CommandContext } from '../context.ts';
import { toCliError } from '../servers/explain-error.ts';
import type { RedisAccess } from '../servers/open-servers.ts';
import { checkClocks, type ClockReading } from './check-clocks.ts';
import { checkConfiguration } from './check-configuration.ts';
import { checkDatabase } from './check-database.ts';
import { checkMaintenance } from './check-maintenance.ts';
import { checkFleet, checkQueue } from './check-queue.ts';
import { checkRedisSettings } from './check-redis-settings.ts';
import { fail, ok, type Finding } from './finding.ts';

const OLDEST_POSTGRES = 150_000;

/** Runs every check. One that cannot run is a finding itself; only bad settings throw. */
export async function examine(context: CommandContext, version: string): Promise<readonly Finding[]> {
  const settings = context.servers.settings();
  const configuration = checkConfiguration(settings);
  const [redis, postgres] = await Promise.all([
    guard('redis', async () => examineRedis(await context.servers.redis(), context, version)),
    guard('postgres', async () => examinePostgres(await context.servers.pool(), context)),
  ]);
  return [
    ok('versions', `auditlane ${version}, Node ${process.versions.node}`),
    ...configuration,
    ...redis,
    ...postgres,
  ];
}

async function examineRedis(
  access: RedisAccess,
  context: CommandContext,
  version: string,
): Promise<readonly Finding[]> {
  const settings = context.servers.settings();
  const { env } = settings;
  const askedMs = context.now();
  const state = await access.queue.inspect();
  const clock: ClockReading = { of: 'Redis', theirMs: state.redisTimeMs, askedMs, answeredMs: context.now() };
  const limits = {
    capacity: env.AUDIT_MAX_QUEUE_LENGTH,
    urgentCapacity: env.AUDIT_MAX_URGENT_LENGTH,
    maxFailed: env.AUDIT_MAX_FAILED_LENGTH,
  };
  return [
    ...(await checkRedisSettings(access, settings)),
    ...checkClocks([clock]),
    ...checkFleet(await access.queue.beats(), version, context.now()),
    ...checkQueue(state, limits),
  ];
}

async function examinePostgres(pool: Pool, { servers, now }: CommandContext): Promise<readonly Finding[]> {
  const askedMs = now();
  const { version, versionNumber, clockMs } = await readServer(pool);
  const clock: ClockReading = { of: 'Postgres', theirMs: clockMs, askedMs, answeredMs: now() };
  if (versionNumber < OLDEST_POSTGRES) {
    return [fail('postgres version', `${version} is too old: 15 or newer is needed`)];
  }
  const { AUDIT_WRITER_URL: writerUrl } = servers.settings().env;
  const writer =
    writerUrl === undefined
      ? servers.poolWith(servers.databaseUrl(), { role: 'audit_writer', max: 1 })
      : servers.poolWith(writerUrl, { max: 1 });
  const schema = await guard('schema', async () => checkDatabase(pool, writer, new Date(now())));
  const isMigrated = !schema.some(({ check, level }) => check === 'migrations' && level === 'fail');
  return [
    ok('postgres version', version),
    ...checkClocks([clock]),
    ...schema,
    ...(isMigrated
      ? await guard('maintenance', async () => checkMaintenance(await readMaintenanceRuns(pool), now()))
      : []),
  ];
}

/** A check that cannot be made is the worst of its findings. */
async function guard(check: string, examineIt: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await examineIt();
  } catch (error) {
    const known = toCliError(error);
    if (known === null || known.code === 'config') throw error;
    return [fail(check, known.message)];
  }
}
