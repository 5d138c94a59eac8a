/** What one source (Redis, Postgres) said last. A source that is away keeps its last value, with the age of it. */
export type Reading<T> =
  | { readonly state: 'connected'; readonly value: T; readonly at: number }
  | { readonly state: 'away'; readonly last: { readonly value: T; readonly at: number } | null };

/** The last value a source gave, fresh or not; null when it never gave one. */
export function lastValue<T>(reading: Reading<T>): T | null {
  return reading.state === 'connected' ? reading.value : (reading.last?.value ?? null);
}

/** The value a source gives now; null while it is away. */
export function valueNow<T>(reading: Reading<T>): T | null {
  return reading.state === 'connected' ? reading.value : null;
}

/** Milliseconds since a source last answered; 0 when it just did, -1 when it never did. */
export function ageMs<T>(reading: Reading<T>, now: number): number {
  if (reading.state === 'connected') {
    return 0;
  }
  return reading.last === null ? -1 : now - reading.last.at;
}

export interface SourceReaderOptions<T> {
  read(): Promise<T>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** When a read counts as failed: an answer about health must not wait for what is ill. */
  readonly deadlineMs: number;
  /** Told why a read failed. */
  readonly onAway: (error: unknown) => void;
}

/** Makes a reader that never rejects and always answers within the deadline. */
export function createSourceReader<T>(options: SourceReaderOptions<T>): () => Promise<Reading<T>> {
  let last: { readonly value: T; readonly at: number } | null = null;
  return async () => {
    try {
      const value = await withinDeadline(options.read(), options.deadlineMs);
      last = { value, at: options.clock() };
      return { state: 'connected', ...last };
    } catch (error) {
      options.onAway(error);
      return { state: 'away', last };
    }
  };
}

/** Rejects when a promise has not settled in time; what it does afterwards is nobody's concern. */
async function withinDeadline<T>(promise: Promise<T>, deadlineMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
