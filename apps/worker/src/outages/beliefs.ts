/** How an error came to be taken for the events' fault: by a control row that was accepted, or by an operator's word. */
export type BeliefSource = 'control' | 'operator';

interface Belief {
  readonly source: BeliefSource;
  readonly untilMs: number;
}

const LASTS_MS = 3_600_000;

/** SQLSTATEs whose refusals are believed to be poison, each until an hour after it was last seen in a suspicious batch. */
export class Beliefs {
  readonly #clockMs: () => number;
  readonly #held = new Map<string, Belief>();

  constructor(clockMs: () => number) {
    this.#clockMs = clockMs;
  }

  hold(sqlstate: string, source: BeliefSource): void {
    this.#held.set(sqlstate, { source, untilMs: this.#clockMs() + LASTS_MS });
  }

  drop(sqlstate: string): void {
    this.#held.delete(sqlstate);
  }

  /** The source of a belief that still holds; null when there is none. */
  source(sqlstate: string): BeliefSource | null {
    const belief = this.#held.get(sqlstate);
    return belief !== undefined && belief.untilMs > this.#clockMs() ? belief.source : null;
  }
}
