import { open } from 'node:fs/promises';
import { decodeFrames, type Frame } from './frame.ts';

const PIECE_BYTES = 256 * 1024;
/** No frame of ours is this long; a run of bytes without a newline beyond it is damage and is not kept in memory. */
const MAX_FRAME_BYTES = 1_048_576;

/**
 * Reads the frames of a segment piece by piece, so that a spool of any size is replayed in constant memory.
 * A torn last line ends the reading in silence: its event never got a receipt.
 */
export async function* readSegment(path: string): AsyncGenerator<readonly Frame[], void, void> {
  const handle = await open(path, 'r');
  try {
    const piece = Buffer.alloc(PIECE_BYTES);
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, PIECE_BYTES, null);
      if (bytesRead === 0) {
        return;
      }
      const decoded = decodeFrames(Buffer.concat([rest, piece.subarray(0, bytesRead)]));
      if (decoded.rest.length > MAX_FRAME_BYTES) {
        yield [...decoded.frames, { kind: 'corrupt', raw: decoded.rest }];
        rest = Buffer.alloc(0);
      } else {
        yield decoded.frames;
        rest = decoded.rest;
      }
    }
  } finally {
    await handle.close();
  }
}
