import { EmbeddedError } from '../embedded-error.ts';
import { poll } from '../poll.ts';
import { findLiveOwner } from './live-owner.ts';

/**
 * Makes sure that no server lives in `dir`. What a killed server left behind (Postgres children end a moment after their
 * parent, and hold its shared memory until then) is given `graceMs` to go; what stays is a live server, and the error
 * `data_dir_in_use` names its pid.
 */
export async function claimDir(dir: string, names: readonly string[], graceMs = 2000): Promise<void> {
  let owner: number | undefined;
  const isFree = await poll(
    async () => {
      owner = await findLiveOwner(dir, names);
      return owner === undefined ? true : undefined;
    },
    { deadlineMs: graceMs, everyMs: 20 },
  );
  if (isFree === undefined) {
    throw new EmbeddedError(
      'data_dir_in_use',
      `${dir} belongs to the running server with pid ${owner}; stop that one first`,
    );
  }
}
