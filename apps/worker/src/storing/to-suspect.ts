import { isUuidV7 } from '@auditlane/schema';
import type { RejectedEntry } from './decode-claim.ts';

/** The start of an entry of our client. Read by a pattern alone, since decoding the entry ends the process. */
const ID_IN_HEAD = /^\{"v":\d{1,9},"id":"([0-9a-f-]{36})"/;
const HEAD_BYTES = 64;

/** An entry that ended each process which decoded it. Its id, where it has one, tells its producer what became of it. */
export function toSuspect(raw: Buffer): RejectedEntry {
  const id = ID_IN_HEAD.exec(raw.toString('latin1', 0, HEAD_BYTES))?.[1];
  return {
    raw,
    id: isUuidV7(id) ? id : null,
    reason: 'crash_suspect',
    sqlstate: null,
    detail: 'ended each process that decoded it',
  };
}
