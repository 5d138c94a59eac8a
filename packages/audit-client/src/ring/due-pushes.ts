import type { Lane } from '@auditlane/queue';
import type { RetainedPush } from './retention.ts';

/** Lines of one lane that go into one push. */
export interface DueChunk {
  readonly lane: Lane;
  readonly lines: readonly string[];
  /** UTF-8 bytes of the lines. */
  readonly bytes: number;
}

/**
 * What is to be pushed again, in chunks as large as a push may be. New ones come in at the end and leave at the front
 * alone, so that what is removed is what was pushed.
 */
export class DuePushes {
  readonly #lanes: Readonly<Record<Lane, RetainedPush[]>> = { urgent: [], main: [] };
  #events = 0;
  #bytes = 0;

  get events(): number {
    return this.#events;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(pushes: readonly RetainedPush[]): void {
    for (const push of pushes) {
      this.#lanes[push.lane].push(push);
      this.#count(push, 1);
    }
  }

  /** The oldest lines of a lane, at most `maxLines` and `maxBytes` of them but always one whole push. */
  chunk(lane: Lane, maxLines: number, maxBytes: number): DueChunk | null {
    const lines: string[] = [];
    let bytes = 0;
    for (const push of this.#lanes[lane]) {
      if (lines.length > 0 && (bytes + push.bytes > maxBytes || lines.length + push.lines.length > maxLines)) {
        break;
      }
      lines.push(...push.lines);
      bytes += push.bytes;
    }
    return lines.length === 0 ? null : { lane, lines, bytes };
  }

  /** Redis has the first `count` lines of a lane. */
  remove(lane: Lane, count: number): void {
    const pushes = this.#lanes[lane];
    let left = count;
    let whole = 0;
    for (const push of pushes) {
      if (push.lines.length > left) {
        break;
      }
      left -= push.lines.length;
      whole += 1;
    }
    for (const push of pushes.splice(0, whole)) {
      this.#count(push, -1);
    }
    const [split] = pushes;
    if (split !== undefined && left > 0) {
      const lines = split.lines.slice(left);
      const rest = { ...split, lines, bytes: toBytes(lines) };
      this.#count(split, -1);
      this.#count(rest, 1);
      pushes[0] = rest;
    }
  }

  #count(push: RetainedPush, sign: 1 | -1): void {
    this.#events += sign * push.lines.length;
    this.#bytes += sign * push.bytes;
  }
}

/** UTF-8 bytes of lines. */
export function toBytes(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
}
