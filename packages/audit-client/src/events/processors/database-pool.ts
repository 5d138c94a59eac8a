import type { Pool } from '@auditlane/store';

/** What a `Pool` of pg is told by; declared here so that an application needs no types of pg for those of this package. */
export interface DatabasePool {
  connect(): Promise<unknown>;
  query(text: string): Promise<unknown>;
  end(): Promise<void>;
}

/** Whether it has what stores batches: a pool of another library lacks some of it. */
export function isPool(pool: DatabasePool): pool is DatabasePool & Pool {
  return ['connect', 'query', 'end', 'on'].every((name) => typeof Reflect.get(pool, name) === 'function');
}
