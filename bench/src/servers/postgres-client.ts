import pg from 'pg';

/** A connection that ends with its block. */
export type PostgresClient = pg.Client & AsyncDisposable;

/**
 * Connects. A server that ends first is not an uncaught error of the bench: the next query of the client fails and says
 * so, and what made the servers end (a worker that did not start) is told instead.
 */
export async function connectPostgres(url: string): Promise<PostgresClient> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}
