import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@auditlane/testkit';
import { decodeFrames, type SpooledEntry } from '../../src/spool/frame.ts';
import type { SpoolOptions } from '../../src/spool/spool-options.ts';
import { createSpool } from './create-spool.ts';

/** A spool whose queue is an array with as much room as `state.room` says. */
export function createSpoolBench(dir: string, overrides: Partial<SpoolOptions> = {}) {
  const queue: SpooledEntry[] = [];
  const state = { room: Number.POSITIVE_INFINITY, corrupt: 0 };
  const { spool, warnings, append } = createSpool(dir, `producer-${Math.random().toString(36).slice(2)}`, {
    offer: async (entries) => {
      const taken = entries.slice(0, Math.max(0, state.room));
      queue.push(...taken);
      state.room -= taken.length;
      return taken.length;
    },
    onCorrupt: () => {
      state.corrupt += 1;
    },
    ...overrides,
  });
  const replay = (count: number): Promise<unknown> =>
    waitFor(
      () => {
        spool.tick(performance.now(), true);
        return queue.length >= count;
      },
      { message: `${count} entries replayed` },
    );
  return { spool, queue, warnings, state, append, replay };
}

/** The lines of all segments below `dir`, read from disk. */
export function readSpooledLines(dir: string): readonly string[] {
  const lines: string[] = [];
  for (const folder of readdirSync(dir, { withFileTypes: true }).filter((found) => found.isDirectory())) {
    for (const name of readdirSync(join(dir, folder.name))
      .filter((found) => found.endsWith('.spool'))
      .toSorted()) {
      const { frames } = decodeFrames(readFileSync(join(dir, folder.name, name)));
      lines.push(...frames.flatMap((frame) => (frame.kind === 'entry' ? [frame.entry.line] : [])));
    }
  }
  return lines;
}
