import { open } from 'node:fs/promises';
import { decodeFrames, type Frame } from './frame.ts';

const PIECE_BYTES = 256 * 1024;

/**
 * Reads the frames of a segment piece by piece, so that a spool of any size is read in constant memory: a piece and the
 * longest frame at most. A torn tail ends the reading in silence: its event never got a receipt.
 */
export async function* readSegment(path: string): AsyncGenerator<readonly Frame[], void, void> {
  const handle = await open(path, 'r');
  try {
    const piece = Buffer.alloc(PIECE_BYTES);
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, PIECE_BYTES, null);
      const decoded = decodeFrames(Buffer.concat([rest, piece.subarray(0, bytesRead)]), bytesRead === 0);
      if (decoded.frames.length > 0) {
        yield decoded.frames;
      }
      if (bytesRead === 0) {
        return;
      }
      rest = decoded.rest;
    }
  } finally {
    await handle.close();
  }
}
