import { readFileSync } from 'node:fs';

/** A statement of sql/queries: pass it to `client.query({ ...query, values })`. */
export interface Query {
  /** The file's name without its ending, also the name under which the server keeps it prepared. */
  readonly name: string;
  readonly text: string;
}

// sql/ lies beside src/ and beside a built dist/ alike.
const QUERIES = new URL('../sql/queries/', import.meta.url);
const loaded = new Map<string, Query>();

/** Reads sql/queries/<name>.sql, once a process. Throws when there is no such file: a defect of the package. */
export function loadQuery(name: string): Query {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const query = { name, text: readFileSync(new URL(`${name}.sql`, QUERIES), 'utf8') };
  loaded.set(name, query);
  return query;
}
