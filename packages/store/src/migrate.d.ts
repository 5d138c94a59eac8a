import { type Migration } from './load-migrations.ts';
export interface MigrateOptions {
    /** TLS when the URL has no sslmode, see PoolOptions. */
    readonly ssl?: boolean | 'no-verify';
    /** From which partitions are prepared. Default: the clock of this machine. */
    readonly now?: Date;
    /** Told of each migration that ran, as a line for people. */
    readonly onProgress?: (line: string) => void;
    /** Default: the package's own. */
    readonly migrations?: readonly Migration[];
}
export interface MigrateResult {
    /** Number of the last migration the database has now. */
    readonly version: number;
    /** Files that ran in this call. */
    readonly applied: readonly string[];
    readonly partitionsCreated: readonly string[];
}
/**
 * Brings a database up to this release and prepares its partitions. Forward only. Any number of processes may do it at once: each
 * migration runs in one transaction under one advisory lock, so a crash leaves the database at the migration before.
 * Throws StoreError `migration_changed`, `database_newer`, `server_too_old` with the remedy, `outage` when the server is away.
 */
export declare function migrate(databaseUrl: string, options?: MigrateOptions): Promise<MigrateResult>;
