/** Who makes a request. */
export interface RequestUser {
  readonly id?: string | number | bigint | null | undefined;
  readonly sessionId?: string | null | undefined;
  readonly tenantId?: string | null | undefined;
}

/** What the option `getUser` may answer: an id, more than an id, or nobody. */
export type UserAnswer = string | number | bigint | RequestUser | null | undefined;

/** What an event says of the user. */
export interface UserFacts {
  readonly userId?: string | number | bigint;
  readonly sessionId?: string;
  readonly tenantId?: string;
  /** Why nothing is known: the callback threw or rejected, or had not answered in time. */
  readonly userLookup?: 'failed' | 'timed_out';
}

export interface UserLookupsOptions {
  readonly getUser: Function;
  /** How long an event waits for a user. */
  readonly timeoutMs: number;
  /** Called for each callback that threw or rejected; never throws. */
  readonly onFailure: (error: unknown) => void;
}

/** Lookups that may be under way at once; an event beyond that goes without its user, so that memory stays bounded. */
const MAX_PENDING = 1000;
const NOBODY: UserFacts = {};
const FAILED: UserFacts = { userLookup: 'failed' };
const TIMED_OUT: UserFacts = { userLookup: 'timed_out' };

/**
 * Asks the application who makes a request. The callback is foreign code: it may throw, reject, answer nonsense or never,
 * and the event is logged all the same, exactly once, at the latest after `timeoutMs`.
 */
export class UserLookups {
  readonly #options: UserLookupsOptions;
  readonly #pending = new Set<(facts: UserFacts) => void>();
  readonly #waiting: (() => void)[] = [];

  constructor(options: UserLookupsOptions) {
    this.#options = options;
  }

  /** Calls `use` once: at once when the callback answers at once, else when its promise settles or its time is up. */
  find(request: unknown, use: (facts: UserFacts) => void): void {
    const answer = this.#ask(request);
    if (answer === FAILED) use(FAILED);
    else if (answer instanceof Promise) this.#wait(answer, use);
    else use(toUserFacts(answer));
  }

  /** Resolves when no lookup is under way, at the latest after `timeoutMs`. */
  settled(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives up all lookups under way: the process has nothing else left to do. */
  giveUp(): void {
    for (const settle of this.#pending) settle(TIMED_OUT);
  }

  #ask(request: unknown): unknown {
    try {
      const answer: unknown = Reflect.apply(this.#options.getUser, undefined, [request]);
      return isThenable(answer) ? Promise.resolve(answer) : answer;
    } catch (error) {
      this.#options.onFailure(error);
      return FAILED;
    }
  }

  #wait(answer: Promise<unknown>, use: (facts: UserFacts) => void): void {
    if (this.#pending.size >= MAX_PENDING) {
      answer.then(undefined, this.#options.onFailure);
      use(TIMED_OUT);
      return;
    }
    const settle = (facts: UserFacts): void => {
      if (!this.#pending.delete(settle)) return;
      clearTimeout(timer);
      use(facts);
      if (this.#pending.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    };
    const timer = setTimeout(settle, this.#options.timeoutMs, TIMED_OUT);
    timer.unref();
    this.#pending.add(settle);
    answer.then(
      (user) => settle(toUserFacts(user)),
      (error: unknown) => {
        this.#options.onFailure(error);
        settle(FAILED);
      },
    );
  }
}

/** The user that Passport and most others leave on a request: `request.user` with its `id`. */
export function getRequestUser(request: unknown): UserAnswer {
  if (typeof request !== 'object' || request === null || !('user' in request)) return null;
  const { user } = request;
  if (typeof user !== 'object' || user === null || !('id' in user)) return null;
  return isId(user.id) ? user.id : null;
}

/** What an answer of `getUser` says; nothing for nonsense. Total. */
export function toUserFacts(answer: unknown): UserFacts {
  if (isId(answer)) return { userId: answer };
  if (typeof answer !== 'object' || answer === null) return NOBODY;
  try {
    const id: unknown = Reflect.get(answer, 'id');
    const sessionId: unknown = Reflect.get(answer, 'sessionId');
    const tenantId: unknown = Reflect.get(answer, 'tenantId');
    return {
      ...(isId(id) ? { userId: id } : {}),
      ...(typeof sessionId === 'string' ? { sessionId } : {}),
      ...(typeof tenantId === 'string' ? { tenantId } : {}),
    };
  } catch {
    return FAILED;
  }
}

function isId(value: unknown): value is string | number | bigint {
  return (typeof value === 'string' && value !== '') || Number.isFinite(value) || typeof value === 'bigint';
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
