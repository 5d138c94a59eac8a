/**
 * One INSERT per event from the application through a pool of 10 connections (the default of node-postgres,
 * https://node-postgres.com/apis/pool): what most applications do that have no pipeline. Prepared and autocommitted.
 * There is no queue and no worker, so that the caller waits for the commit and the request needs the database.
 */
import pg from 'pg';
import { toInsert } from './insert-rows.ts';
import type { Caller, Peer, Servers } from './peer.ts';
import { sampleRow } from './sample-row.ts';

const CONNECTIONS = 10;

function openCaller({ postgresUrl }: Servers): Promise<Caller> {
  const pool = new pg.Pool({ connectionString: postgresUrl, max: CONNECTIONS });
  return Promise.resolve({
    call: (number) => pool.query(toInsert(sampleRow(number))),
    whenStored: null,
    close: () => pool.end(),
  });
}

/** One INSERT per event. */
export const singleInsert: Peer = { fill: null, openCaller, openWorker: null };
