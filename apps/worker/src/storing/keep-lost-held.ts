import type { Queue } from '@auditlane/queue';

const PIECE = { entries: 1000, bytes: 1_048_576 } as const;

/**
 * Looks after entries of a newer version whose claim was gone when it was to be finished, with them to be held. Either it
 * had been finished: then they are in the hold. Or Redis lost its data set, and nobody else has them: then they go into
 * the queue again, whatever its length, to be held by the next claim. Answers how many did. One that has left the hold
 * since, or a repetition, makes a second copy, which the store absorbs.
 */
export async function keepLostHeld(
  queue: Pick<Queue, 'enqueue' | 'heldAmong'>,
  held: readonly Buffer[],
): Promise<number> {
  if (held.length === 0) return 0;
  const isHeld = await queue.heldAmong(held);
  const lost = held.filter((_, index) => isHeld[index] !== true).map((entry) => entry.toString());
  for (const piece of toPieces(lost)) {
    await queue.enqueue(piece, { lane: 'main', capacity: Number.MAX_SAFE_INTEGER, isRetry: true });
  }
  return lost.length;
}

function toPieces(lines: readonly string[]): readonly (readonly string[])[] {
  const pieces: string[][] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = Buffer.byteLength(line);
    const last = pieces.at(-1);
    bytes = last !== undefined && last.length < PIECE.entries && bytes + size <= PIECE.bytes ? bytes + size : 0;
    if (last === undefined || bytes === 0) {
      pieces.push([line]);
      bytes = size;
    } else {
      last.push(line);
    }
  }
  return pieces;
}
