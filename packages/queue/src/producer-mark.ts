import type { PushStream } from './producer-push.ts';

/** What a data set knows of a producer. */
export interface ProducerMark {
  readonly producerId: string;
  /** Last push number of each stream; 0: none. */
  readonly lastPush: Readonly<Record<PushStream, number>>;
  /**
   * The highest of the producer's own numbers (`producer_seq`) that is known: while open, of the last entry of its
   * pushes; when closed, the last one that it ever took.
   */
  readonly lastSeq: number;
  /** Events that took a number and were given up with the receipt `rejected`: holes that are no loss. */
  readonly givenUp: number;
  /** It ended in good order, and `lastSeq` and `givenUp` are final. What it spooled may still be on its disk. */
  readonly isClosed: boolean;
  /** When this was written, by the clock of Redis; milliseconds since 1970. */
  readonly atMs: number;
}

// As lua/enqueue.lua writes it. Fifteen digits stay exact in Lua's numbers and in ours.
const VALUE =
  /^(?<main>\d{1,15}):(?<urgent>\d{1,15}):(?<replay>\d{1,15}):(?<seq>\d{1,15}):(?<givenUp>\d{1,15}):(?<at>\d{1,15}):(?<state>open|closed)$/u;

/** Reads a field of `audit:producers`; null for what our scripts did not write. */
export function parseProducerMark(producerId: string, value: string): ProducerMark | null {
  const parts = VALUE.exec(value)?.groups;
  if (parts === undefined) return null;
  return {
    producerId,
    lastPush: { main: Number(parts['main']), urgent: Number(parts['urgent']), replay: Number(parts['replay']) },
    lastSeq: Number(parts['seq']),
    givenUp: Number(parts['givenUp']),
    isClosed: parts['state'] === 'closed',
    atMs: Number(parts['at']),
  };
}
