/** Frames of one segment by their number, both ends included. */
interface FrameRange {
  readonly from: number;
  readonly to: number;
  /** Redis or Postgres may have some of them, so it pays to ask before they are offered. */
  readonly isDoubtful: boolean;
}

/**
 * What is known of a segment whose events are kept until Postgres has them: which frames the queue still has to get, and
 * up to which one Postgres has confirmed. In memory alone: after a crash nothing is known, and all is asked again.
 */
export class KeptSegment {
  /** Frames with a receipt. What a failed write left behind them is nobody's. */
  frames: number;
  /** Frames at the front that are settled. */
  confirmed = 0;
  /** Since when its first open frame waits although later ones are settled; null when it does not. */
  overtakenSince: number | null = null;
  #offer: FrameRange | null = null;

  /** `isOurs`: written by this process, frame by frame; otherwise left by another one, and all of it is in doubt. */
  constructor(isOurs: boolean) {
    this.frames = isOurs ? 0 : Number.POSITIVE_INFINITY;
    if (!isOurs) {
      this.offerAll();
    }
  }

  get hasOffer(): boolean {
    return this.#offer !== null;
  }

  /** The frame at `frame` is not in the queue. */
  offerLater(frame: number): void {
    const known = this.#offer;
    this.#offer = {
      from: Math.min(known?.from ?? frame, frame),
      to: Math.max(known?.to ?? frame, frame),
      isDoubtful: known?.isDoubtful ?? false,
    };
  }

  /** The queue may have lost any of them. */
  offerAll(): void {
    this.#offer = { from: this.confirmed, to: Number.POSITIVE_INFINITY, isDoubtful: true };
  }

  /** What is to be offered now; new marks are kept apart from it. */
  takeOffer(): FrameRange | null {
    const taken = this.#offer;
    this.#offer = null;
    return taken;
  }

  /** The queue took the range only up to `frame`. */
  giveBack(range: FrameRange, frame: number): void {
    const known = this.#offer;
    this.#offer = {
      from: Math.min(known?.from ?? frame, frame),
      to: Math.max(known?.to ?? range.to, range.to),
      isDoubtful: range.isDoubtful || known?.isDoubtful === true,
    };
  }
}
