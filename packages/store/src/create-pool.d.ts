import { type Pool, type PoolConfig } from 'pg';
export interface PoolOptions {
    /** What pg_stat_activity and the ledger's lag show: which process this is. */
    readonly applicationName: string;
    /** Connections at most. Default 4: all processes together must stay below the server's max_connections. */
    readonly max?: number;
    /** Acts as this role from the first statement on, so that the process can append and nothing else. */
    readonly role?: 'audit_writer';
    /** TLS when the URL has no sslmode: true checks the server's certificate, 'no-verify' does not. Default false. */
    readonly ssl?: boolean | 'no-verify';
    /** The server gives a statement up after this. Default 10000 ms; 0 is never. */
    readonly statementTimeoutMs?: number;
    /** The server stops waiting for a lock after this. Default 5000 ms; 0 is never. */
    readonly lockTimeoutMs?: number;
    /** We give a statement up after this, for a server that does not answer at all. Default 12000 ms, above statementTimeoutMs; 0 is never. */
    readonly queryTimeoutMs?: number;
    /** Default 5000 ms. */
    readonly connectTimeoutMs?: number;
    /** Told of errors on idle connections, such as a restart of the server; for a log line. The pool has dealt with them. */
    readonly onError?: (error: Error) => void;
}
/**
 * Makes a pool that survives its server. Connects on first use, so an absent server fails the call and never this one.
 * Throws StoreError `config` when the URL is none.
 */
export declare function createPool(databaseUrl: string, options: PoolOptions): Pool;
/** What pg is told; apart from createPool so that it can be tested without a server. */
export declare function toPoolConfig(databaseUrl: string, options: PoolOptions): PoolConfig;
