import { StoreError } from './store-error.ts';
/** The part of StoreErrorCode that an answer of the server, or its absence, can mean. */
export type PostgresErrorKind = 'outage' | 'too_slow' | 'deploy' | 'partition' | 'poison' | 'duplicate';
export interface ClassifiedError {
    readonly kind: PostgresErrorKind;
    readonly sqlstate: string | null;
    /** The server's words without the values it quoted, at most 200 characters, printable. */
    readonly detail: string;
    /** 1-based line of the COPY, when the server named one. */
    readonly line: number | null;
}
/**
 * Tells what an error of a Postgres call means. Total: anything that was thrown gets a kind.
 * Only what the server itself said may be called poison: a node error such as EPIPE looks like a SQLSTATE (five capitals) and has once
 * sent hundreds of good events to the dead letters, so `severity` decides, not `code`.
 * A class that nobody thought of is an outage: it is retried and seen, and no event is given up.
 */
export declare function classifyPostgresError(error: unknown): ClassifiedError;
/** Wraps what a Postgres call threw; a StoreError passes through. */
export declare function toStoreError(error: unknown): StoreError;
