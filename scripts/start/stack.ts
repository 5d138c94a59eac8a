import { EXIT } from '@auditlane/runtime';
import { createPool, migrate, StoreError, type Pool } from '@auditlane/store';
import { asRole, toApiUrl, withoutPassword } from './addresses.ts';
import { ensureAdminKey } from './admin-key.ts';
import { waitForApi } from './api.ts';
import { claimDataDir, findFleet } from './claim-data-dir.ts';
import { removeEnvFile, writeEnvFile, type StackAddresses } from './env-file.ts';
import { storeFirstEvent, type FirstEvent } from './first-event.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { findParents } from './parents.ts';
import { findPort } from './port.ts';
import { noteProcess } from './process-table.ts';
import { createServers, toSsl, type ServerUrls } from './servers.ts';
import type { StartSettings } from './settings.ts';
import { writeStackFile } from './stack-file.ts';
import { StartError } from './start-error.ts';

/** What `openStack` works with. */
export interface StackContext {
  readonly settings: StartSettings;
  /** Whatever is opened goes here, so that closing it is reverse opening. */
  readonly stack: AsyncDisposableStack;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** A stack that has stored its first event. */
export interface OpenStack {
  readonly addresses: StackAddresses;
  readonly event: FirstEvent;
  /** Resolves with a sentence when an embedded server has ended by itself. */
  readonly broken: Promise<string>;
  /** Writes down what runs now, for a start after a kill -9. */
  readonly note: () => void;
}

/**
 * Brings everything up, in this order: data folder, Redis and Postgres side by side, schema, processes, first event.
 * A crash at any line leaves at most processes that PM2 has noted in the data folder, which the next start ends.
 */
export async function openStack(context: StackContext): Promise<OpenStack> {
  const { settings, stack, signal, say } = context;
  const { dataDir } = settings;
  stack.defer(await claimDataDir(dataDir, say));
  // Only now, since what a killed start left may hold the port.
  const port = await findPort(settings);
  const note = (): void => noteStack(dataDir);
  note();
  const servers = createServers(settings, say);
  stack.defer(() => servers.stop());
  const fleet = createFleet(dataDir, say);
  stack.defer(() => fleet.stop());
  const urls = await servers.start();
  signal.throwIfAborted();
  const addresses = toAddresses(settings, urls, port);
  // Before anything else may fail: the CLI finds by it what is to be examined then.
  writeEnvFile(dataDir, addresses);
  stack.defer(() => removeEnvFile(dataDir));
  const pool = await openDatabase(context, urls.databaseUrl);
  signal.throwIfAborted();

  say('starting the API, the workers and maintenance');
  const started = new AbortController();
  const [event] = await Promise.race([
    Promise.all([
      storeFirstEvent({ ...urls, dataDir, pool, signal }),
      fleet.start(toFleetEnv(settings, urls, port)).then(note),
      waitForApi(addresses.AUDIT_API_URL, signal),
    ]),
    fleet.watchStart(started.signal),
  ])
    .catch((error: unknown) => {
      throw signal.aborted ? error : withLogTails(fleet, error);
    })
    .finally(() => started.abort());
  return { addresses, event, broken: servers.broken, note };
}

/** Brings the schema up to this release and opens a pool with all rights. */
async function openDatabase({ settings, stack, say }: StackContext, databaseUrl: string): Promise<Pool> {
  const ssl = toSsl(settings.databaseSsl);
  const pool = createPool(databaseUrl, { applicationName: 'auditlane-start', max: 2, ...ssl });
  stack.defer(() => pool.end());
  await migrate(databaseUrl, { onProgress: (line) => say(`database: ${line}`), ...ssl }).catch((error: unknown) => {
    throw error instanceof StoreError ? unusable(settings, error) : error;
  });
  await ensureAdminKey(pool, settings.dataDir);
  return pool;
}

function unusable({ databaseUrl, dataDir }: StartSettings, cause: StoreError): StartError {
  const place =
    databaseUrl === null
      ? `the database in ${dataDir} cannot be used: ${cause.message} (another AUDIT_DATA_DIR begins with an empty one)`
      : `the database at ${withoutPassword(databaseUrl)} cannot be used: ${cause.message}`;
  return new StartError(place, { cause });
}

/** What was decided here; all else the processes read from the same environment and `.env`. */
function toFleetEnv({ host }: StartSettings, urls: ServerUrls, port: number): Readonly<Record<string, string>> {
  return { REDIS_URL: urls.redisUrl, DATABASE_URL: urls.databaseUrl, PORT: String(port), HOST: host };
}

function toAddresses(settings: StartSettings, urls: ServerUrls, port: number): StackAddresses {
  return {
    REDIS_URL: urls.redisUrl,
    DATABASE_URL: settings.writerUrl ?? asRole(urls.databaseUrl, 'audit_writer'),
    AUDIT_READER_URL: asRole(urls.databaseUrl, 'audit_reader'),
    AUDIT_API_URL: toApiUrl(settings.host, port),
  };
}

function noteStack(dataDir: string): void {
  const owner = noteProcess('npm start', process.pid);
  if (owner !== null) writeStackFile(dataDir, { owner, parents: findParents(), processes: findFleet(dataDir) });
}

function withLogTails(fleet: Fleet, cause: unknown): unknown {
  // A bad setting is the whole reason: log lines would bury it.
  if (cause instanceof StartError && cause.exitCode === EXIT.config) return cause;
  const fact = cause instanceof Error ? cause.message : String(cause);
  return new StartError(`${fact}\n${fleet.logTails()}`.trim(), { cause });
}
