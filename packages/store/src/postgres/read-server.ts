import type { Pool } from 'pg';

import { readNumber, readString } from './read-row.ts';
import { runQuery } from './with-client.ts';

export interface PostgresServer {
  /** As people write it, such as `18.4`. */
  readonly version: string;
  /** Such as 180004; 150000 is the oldest that will do. */
  readonly versionNumber: number;
  /** Its clock, milliseconds since 1970. */
  readonly clockMs: number;
}

/** Which Postgres this is and what time it has. Needs no table of ours. */
export async function readServer(pool: Pool): Promise<PostgresServer> {
  const row = (await runQuery(pool, 'read_server')).rows[0];
  return {
    version: readString(row, 'version'),
    versionNumber: readNumber(row, 'version_number'),
    clockMs: readNumber(row, 'clock'),
  };
}
