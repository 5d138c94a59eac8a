import { randomBytes } from 'node:crypto';

/**
 * Who produced an event: a random name per process start, and 1, 2, 3… for each event admitted.
 * A hole in the numbers of one producer is a lost event, so a number is taken only when the event was encoded.
 */
export interface Producer {
  readonly id: string;
  /** The number that the next admitted event gets; the same until `admit` is called. */
  readonly nextSeq: number;
  admit(): void;
}

/**
 * Creates a producer. Two processes must never share a name: a start-up snapshot or a copied heap comes to life under
 * another pid with this state already in it, so the pid is compared at each use and a new name taken when it changed.
 */
export function createProducer(readPid: () => number = () => process.pid): Producer {
  let pid = readPid();
  let id = toProducerId();
  let admitted = 0;
  const renewAfterFork = (): void => {
    if (readPid() !== pid) {
      pid = readPid();
      id = toProducerId();
      admitted = 0;
    }
  };
  return {
    get id() {
      renewAfterFork();
      return id;
    },
    get nextSeq() {
      renewAfterFork();
      return admitted + 1;
    },
    admit() {
      admitted += 1;
    },
  };
}

function toProducerId(): string {
  return randomBytes(10).toString('hex');
}
