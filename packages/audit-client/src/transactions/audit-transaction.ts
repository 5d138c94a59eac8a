/**
 * A connection on which its owner has begun a transaction: what `logAuditTx` needs of a `Client` or `PoolClient` of pg.
 * `query` must send the text as it is, in one message, and reject with the server's error.
 */
export interface AuditTransaction {
  query(text: string): Promise<unknown>;
}
