import type { WriteStream } from 'node:tty';
import type { Sink } from './output.ts';

/** A stream of the process as a sink. A reader that leaves early (`| head`) ends the process quietly. */
export function toSink(stream: NodeJS.WriteStream & Partial<Pick<WriteStream, 'columns'>>): Sink {
  stream.on('error', (error: Error) => {
    // What was asked for may still be under way, as a redrive is: it is left to its end, and nobody reads what it says.
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
  });
  const isTerminal = stream.isTTY === true;
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    columns: isTerminal ? (stream.columns ?? null) : null,
  };
}
