import { listSpools } from '@auditlane/audit-client/internal';

/** The events of dead processes that are kept until Postgres has them. */
export interface StrictEvents {
  readonly count: number;
  /** Folders of processes that run, which a replay leaves alone. */
  readonly live: ReadonlySet<string>;
}

/** Counts the strict events on the disk. A replay gives folders other names, so it is told by `live` which are not its own. */
export async function countStrictEvents(spoolDir: string, live?: ReadonlySet<string>): Promise<StrictEvents> {
  const folders = await listSpools(spoolDir);
  const others = live ?? new Set(folders.filter(({ state }) => state === 'live').map(({ name }) => name));
  const strict = folders.filter(({ name, guarantee }) => guarantee === 'strict' && !others.has(name));
  return { count: strict.reduce((sum, { entries }) => sum + entries, 0), live: others };
}
