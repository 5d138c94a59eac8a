import type { Connection, Submittable } from 'pg';
/**
 * One simple query that ends in `copy ... from stdin`, with all of its data.
 *
 * States: submitted -> the server answers CopyInResponse -> the whole frame is written at once -> CommandComplete -> ReadyForQuery
 * settles it. An error may come in any state, before or after the data: the server then skips what is still on its way by itself and
 * says ReadyForQuery, so the connection stays usable. A connection that ends, and pg's query_timeout, arrive as handleError too;
 * those connections are not reusable, which withClient sees by the error's kind.
 * A simple query is one transaction: an error in any of its statements undoes all of them.
 */
export declare class CopyQuery implements Submittable {
    #private;
    /** pg wraps this to stop its query_timeout: settle through it only. */
    callback: (error: Error | null) => void;
    constructor(text: string, frame: Buffer, callback: (error: Error | null) => void);
    submit(connection: Connection): void;
    handleCopyInResponse(connection: Connection): void;
    handleCommandComplete(): void;
    handleReadyForQuery(): void;
    handleError(error: Error): void;
    handleEmptyQuery(): void;
    handleRowDescription(): void;
    handleDataRow(): void;
    handlePortalSuspended(): void;
}
/** The lines as the wire wants them: one CopyData message and CopyDone, in one buffer. */
export declare function toCopyFrame(lines: string): Buffer;
