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
export class CopyQuery implements Submittable {
  /** pg wraps this to stop its query_timeout: settle through it only. */
  callback: (error: Error | null) => void;
  readonly #text: string;
  readonly #frame: Buffer;

  constructor(text: string, frame: Buffer, callback: (error: Error | null) => void) {
    this.#text = text;
    this.#frame = frame;
    this.callback = callback;
  }

  submit(connection: Connection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: Connection): void {
    // Not written to a dead socket; its 'end' settles the query.
    if (connection.stream.writable) connection.stream.write(this.#frame);
  }

  handleCommandComplete(): void {
    // one for each statement; only ReadyForQuery says that the transaction is committed
  }

  handleReadyForQuery(): void {
    this.#settle(null);
  }

  handleError(error: Error): void {
    this.#settle(error);
  }

  handleEmptyQuery(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}

  #settle(error: Error | null): void {
    const { callback } = this;
    // A timed-out query is told twice by pg, and a late answer may follow.
    this.callback = (): void => {};
    callback(error);
  }
}
