export type SchemaErrorCode = 'invalid_catalogue';

/** A mistake in the set-up of this package; events never cause one. */
export class SchemaError extends Error {
  readonly code: SchemaErrorCode;

  constructor(code: SchemaErrorCode, message: string) {
    super(message);
    this.name = 'SchemaError';
    this.code = code;
  }
}
