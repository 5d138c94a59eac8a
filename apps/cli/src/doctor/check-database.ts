import {
  checkCatalog,
  checkMigrations,
  countDeadLetters,
  readGeneration,
  readLedgerLag,
  readLosses,
  readPartitionState,
  StoreError,
  type LedgerGeneration,
  type LedgerLag,
  type MigrationState,
  type PartitionState,
  type Pool,
} from '@auditlane/store';
import { toFact } from '../servers/explain-error.ts';
import { toCount, toCounted, toDuration } from '../terminal/quantities.ts';
import { checkLosses, checkMovedLetters } from './check-losses.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const OPEN_TOO_LONG_S = 60;
const LAG_TOO_LONG_S = 10;
const COUNTED_UP_TO = 10_000;

/** Everything about the schema. `writer` is a pool with the rights that workers have. */
export async function checkDatabase(pool: Pool, writer: Pool, now: Date): Promise<readonly Finding[]> {
  const migrations = await readMigrations(pool);
  if (migrations.level === 'fail') return [migrations];
  return [
    migrations,
    ...(await checkWriter(writer)),
    ...toPartitionFindings(await readPartitionState(pool, now)),
    ...toLedgerFindings(await readLedgerLag(pool), await readGeneration(pool)),
    checkLosses(await readLosses(pool, 1)),
    ...checkMovedLetters(await countDeadLetters(pool)),
  ];
}

async function readMigrations(pool: Pool): Promise<Finding> {
  try {
    return toMigrationFinding(await checkMigrations(pool));
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'database_newer' || error.code === 'migration_changed')) {
      return fail('migrations', error.message);
    }
    throw error;
  }
}

export function toMigrationFinding({ version, latest, pending }: MigrationState): Finding {
  if (pending.length === 0) return ok('migrations', `at ${version}, as this release needs`);
  return fail('migrations', `the database is at ${version}, this release needs ${latest}: npx auditlane migrate`);
}

/** The catalog as a worker sees it: primary key, generated column, DEFAULT partitions, rights, no row level security. */
async function checkWriter(writer: Pool): Promise<readonly Finding[]> {
  try {
    const faults = await checkCatalog(writer);
    return faults.length === 0
      ? [ok('catalog and rights', 'workers can append, and a redelivered event meets the primary key')]
      : faults.map(({ message }) => fail('catalog and rights', message));
  } catch (error) {
    return [
      fail(
        'catalog and rights',
        `the login of the workers cannot be used (${toFact(error)}): grant audit_writer to it, or set AUDIT_WRITER_URL`,
      ),
    ];
  }
}

export function toPartitionFindings({ count, aheadDays, rowsInDefault }: PartitionState): readonly Finding[] {
  const fact = `${toCounted(count, 'partition')}, prepared ${aheadDays.toFixed(1)} days ahead`;
  const remedy = 'npx auditlane migrate prepares them now; look at audit-maintenance, which should';
  const ahead =
    aheadDays >= 2
      ? ok('partitions', fact)
      : aheadDays > 0
        ? warn('partitions', `${fact}: ${remedy}`)
        : fail('partitions', `the present is not prepared, so events go to DEFAULT: ${remedy}`);
  if (rowsInDefault === 0) return [ahead];
  const rows =
    rowsInDefault > COUNTED_UP_TO
      ? `more than ${toCount(COUNTED_UP_TO)} events lie`
      : `${toCounted(rowsInDefault, 'event')} ${rowsInDefault === 1 ? 'lies' : 'lie'}`;
  return [
    ahead,
    warn(
      'partitions',
      `${rows} in DEFAULT: their ids are far in the past or future; look at the clock of the machines that sent them`,
    ),
  ];
}

export function toLedgerFindings(lag: LedgerLag, generation: LedgerGeneration): readonly Finding[] {
  return [toLagFinding(lag), toGenerationFinding(generation)];
}

function toLagFinding({ waitingBatches, lagSeconds, blocker }: LedgerLag): Finding {
  const isHeld = (blocker?.openSeconds ?? 0) > OPEN_TOO_LONG_S || lagSeconds > LAG_TOO_LONG_S;
  if (!isHeld)
    return ok('ledger lag', waitingBatches === 0 ? 'none' : `${toDuration(lagSeconds * 1000)}, while writers write`);
  if (blocker === null) {
    return warn(
      'ledger lag',
      `${toDuration(lagSeconds * 1000)}: some transaction is open that this login may not see; look at pg_stat_activity`,
    );
  }
  const { pid, application, state, openSeconds } = blocker;
  const end = pid === 0 ? 'rollback prepared ends it' : `select pg_terminate_backend(${pid}) ends it`;
  return warn(
    'ledger lag',
    `a transaction of "${application}" (pid ${pid}, ${state}) is open for ${toDuration(openSeconds * 1000)} and holds all readers of the ledger back: ${end}`,
  );
}

function toGenerationFinding({ current, isRestoreUnnoticed }: LedgerGeneration): Finding {
  if (!isRestoreUnnoticed) return ok('ledger generation', String(current));
  return fail(
    'ledger generation',
    'the database was restored from a dump, and its transactions are numbered anew, so readers would wait for ever: npx auditlane doctor --after-restore',
  );
}
