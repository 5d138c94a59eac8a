/**
 * Bounds the bytes of bodies that are in memory at once. Without it, five thousand connections may hold 8 MiB each.
 *
 * A caller has its own bound, so that who sends too much stops nobody else; the bound of all is for many such callers,
 * and does not touch one that holds little. Bytes count from their arrival to the answer.
 */
export interface BodyBudget {
  /** Begins a body. The caller ends the share when its request is answered, whatever the answer. */
  open(callerId: string): BodyShare;
}

/** What one request holds. */
export interface BodyShare {
  /** False when these bytes are too many now: the body is to be refused. */
  take(bytes: number): boolean;
  /** Gives everything back; once. */
  close(): void;
}

export interface BodyBudgetLimits {
  /** Default 128 MiB. */
  readonly totalBytes?: number;
  /** Of one caller; default 32 MiB, four bodies of the largest size. */
  readonly callerBytes?: number;
  /** What a caller may hold however much the others do; default 1 MiB. */
  readonly freeBytes?: number;
}

const MEBIBYTE = 1_048_576;

/** Makes a budget with nothing taken. */
export function createBodyBudget(limits: BodyBudgetLimits = {}): BodyBudget {
  const { totalBytes = 128 * MEBIBYTE, callerBytes = 32 * MEBIBYTE, freeBytes = MEBIBYTE } = limits;
  const byCaller = new Map<string, number>();
  let total = 0;

  function add(callerId: string, bytes: number): number {
    const held = (byCaller.get(callerId) ?? 0) + bytes;
    total += bytes;
    if (held === 0) {
      byCaller.delete(callerId);
    } else {
      byCaller.set(callerId, held);
    }
    return held;
  }

  return {
    open(callerId) {
      let taken = 0;
      return {
        take(bytes) {
          taken += bytes;
          const held = add(callerId, bytes);
          return held <= callerBytes && (total <= totalBytes || held <= freeBytes);
        },
        close() {
          add(callerId, -taken);
          taken = 0;
        },
      };
    },
  };
}
