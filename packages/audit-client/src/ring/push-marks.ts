import type { Enqueued, LastPush, ProducerPush, PushStream } from '@auditlane/queue';

/** All streams of a producer. */
export const PUSH_STREAMS = ['urgent', 'main', 'replay'] as const satisfies readonly PushStream[];

/** What Redis turned out to have lost: in each stream named, every push above that number. */
export interface Loss {
  /** `other_data_set`: emptied, or another server. `rewound`: an older state of the same data set. */
  readonly cause: 'other_data_set' | 'rewound';
  readonly lostAfter: Readonly<Partial<Record<PushStream, number>>>;
}

/** What was known when Redis was asked; its answer is compared with that, not with what other answers brought since. */
export interface Question {
  readonly incarnation: string | null;
  readonly marked: Readonly<Record<PushStream, number>>;
}

interface Numbers {
  sent: number;
  acknowledged: number;
  /** The last acknowledged push that the data set noted down. */
  marked: number;
}

const ALL_LOST: Loss = { cause: 'other_data_set', lostAfter: { urgent: 0, main: 0, replay: 0 } };

/**
 * Numbers the pushes of one producer, and finds out from the answers whether the data set still has those before.
 *
 * The data set names its incarnation and keeps the last number of each stream. Another incarnation: it has nothing of
 * ours. A smaller number than the one that was marked: it was rewound to there. Where it cannot mark (rights, a full
 * hash), pushes are acknowledged without a mark, and count as lost when the server was started anew since.
 */
export class PushMarks {
  readonly #streams: Readonly<Record<PushStream, Numbers>> = {
    urgent: { sent: 0, acknowledged: 0, marked: 0 },
    main: { sent: 0, acknowledged: 0, marked: 0 },
    replay: { sent: 0, acknowledged: 0, marked: 0 },
  };
  /** Null before the first answer, and while the data set is known to be empty. */
  #incarnation: string | null = null;
  #runId: string | null = null;

  /** The number of the next push of a stream. */
  next(stream: PushStream): Pick<ProducerPush, 'stream' | 'push' | 'marked'> {
    const numbers = this.#streams[stream];
    numbers.sent += 1;
    return { stream, push: numbers.sent, marked: numbers.marked };
  }

  /** Takes the answer to a push. A loss that it shows is one of earlier pushes: this one is there. */
  answered(push: Pick<ProducerPush, 'stream' | 'push' | 'marked'>, answer: Enqueued): Loss | null {
    const loss = this.#compareAnswer(push, answer);
    this.#incarnation = answer.incarnation;
    const numbers = this.#streams[push.stream];
    if (answer.accepted > 0) {
      numbers.acknowledged = Math.max(numbers.acknowledged, push.push);
    }
    if (answer.isMarked) {
      numbers.marked = Math.max(numbers.marked, push.push);
    }
    return loss;
  }

  /** To be taken when Redis is asked for its marks, and given to `verified` with its answer. */
  ask(): Question {
    const { urgent, main, replay } = this.#streams;
    return {
      incarnation: this.#incarnation,
      marked: { urgent: urgent.marked, main: main.marked, replay: replay.marked },
    };
  }

  /** Takes the answer to a question. */
  verified(question: Question, found: LastPush): Loss | null {
    if (question.incarnation !== this.#incarnation) {
      return null; // An answer since then knew more.
    }
    const isOtherRun = this.#runId !== null && found.runId !== null && found.runId !== this.#runId;
    this.#runId = found.runId ?? this.#runId;
    if (this.#incarnation !== null && found.incarnation !== this.#incarnation) {
      this.#incarnation = found.incarnation;
      return this.#loseAll();
    }
    this.#incarnation = found.incarnation;
    const lost = PUSH_STREAMS.filter((stream) => {
      const { acknowledged, marked } = this.#streams[stream];
      const isShort = found.marks[stream] < Math.min(question.marked[stream], marked);
      return isShort || (isOtherRun && marked < acknowledged);
    }).map((stream) => [stream, this.#lose(stream, found.marks[stream])] as const);
    return lost.length === 0 ? null : { cause: 'rewound', lostAfter: Object.fromEntries(lost) };
  }

  #compareAnswer({ stream, marked }: Pick<ProducerPush, 'stream' | 'marked'>, answer: Enqueued): Loss | null {
    if (this.#incarnation !== null && answer.incarnation !== this.#incarnation) {
      return this.#loseAll();
    }
    // Sent before a loss was noticed, a push still carries the higher mark of then.
    const expected = Math.min(marked, this.#streams[stream].marked);
    if (answer.markBefore === null || answer.markBefore >= expected) {
      return null;
    }
    return { cause: 'rewound', lostAfter: { [stream]: this.#lose(stream, answer.markBefore) } };
  }

  #loseAll(): Loss {
    for (const stream of PUSH_STREAMS) {
      this.#lose(stream, 0);
    }
    return ALL_LOST;
  }

  #lose(stream: PushStream, found: number): number {
    const numbers = this.#streams[stream];
    const last = Math.min(found, numbers.marked);
    numbers.marked = last;
    numbers.acknowledged = last;
    return last;
  }
}
