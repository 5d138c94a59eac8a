/** Why an embedded server could not be had. Decide on `code`, never on the message. */
export type EmbeddedErrorCode =
  | 'unsupported_platform' // no Postgres binaries are published for this machine
  | 'no_redis' // every way to a Redis server was tried
  | 'init_failed' // initdb or the creation of the database failed
  | 'start_failed' // the server ended, or did not answer, before it was ready
  | 'port_taken' // the given port is in use
  | 'data_dir_in_use' // another live server, or another start, holds the data folder
  | 'bad_option'; // the caller's option cannot work

/** The one error of this package: the fact, the remedy, and the last lines of the server's log where there is one. */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';
  readonly code: EmbeddedErrorCode;

  constructor(code: EmbeddedErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
