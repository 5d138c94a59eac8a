import type { Enqueued, LastPush, ProducerPush, PushStream } from '@auditlane/queue';

interface DataSet {
  readonly incarnation: string | null;
  readonly marks: Readonly<Record<PushStream, number>>;
  readonly lines: readonly string[];
}

const EMPTY: DataSet = { incarnation: null, marks: { main: 0, urgent: 0, replay: 0 }, lines: [] };

/** The enqueue script and its data set as a model: every state that it ever had can come back. */
export class ModelRedis {
  readonly #canMark: boolean;
  #dataSet = EMPTY;
  readonly #history: DataSet[] = [EMPTY];
  #incarnations = 0;
  #runs = 1;

  constructor(canMark: boolean) {
    this.#canMark = canMark;
  }

  get lines(): readonly string[] {
    return this.#dataSet.lines;
  }

  push(lines: readonly string[], { stream, push, marked }: ProducerPush): Enqueued {
    const { marks, incarnation } = this.#dataSet;
    const before = marks[stream];
    const isMarked = this.#canMark && before >= marked && before < push;
    this.#incarnations += incarnation === null ? 1 : 0;
    const known = incarnation ?? `i${this.#incarnations}`;
    this.#dataSet = {
      incarnation: known,
      marks: isMarked ? { ...marks, [stream]: push } : marks,
      lines: [...this.#dataSet.lines, ...lines],
    };
    this.#history.push(this.#dataSet);
    const markBefore = this.#canMark ? before : null;
    return { accepted: lines.length, length: this.lines.length, incarnation: known, markBefore, isMarked };
  }

  lastPush(): LastPush {
    return { incarnation: this.#dataSet.incarnation, marks: this.#dataSet.marks, runId: `r${this.#runs}` };
  }

  /** FLUSHALL: the server goes on. */
  empty(): void {
    this.#dataSet = EMPTY;
  }

  /** Maintenance removes the producer. */
  forget(): void {
    this.#dataSet = { ...this.#dataSet, marks: EMPTY.marks };
  }

  /** Starts anew with the state of `steps` pushes ago. */
  rewind(steps: number): void {
    this.#dataSet = this.#history[Math.max(0, this.#history.length - 1 - steps)] ?? EMPTY;
    this.#history.push(this.#dataSet);
    this.#runs += 1;
  }
}
