import type { Warnings } from '../warnings.ts';
import { toErrorFacts } from '../warnings.ts';
import { SecurityEventType } from '../events/catalogue/security-event-type.ts';
import type { Ending } from './declaration.ts';
import type { Framework } from './framework.ts';
import { judgeRequest, type Verdict } from './judge-request.ts';
import { toRequestDetails } from './request-details.ts';
import type { RequestEventOptions, RequestEventLog } from './request-event-log.ts';
import type { MiddlewareSettings } from './settings.ts';
import { UserLookups } from './user-lookup.ts';
import type { Watch } from './watch.ts';

/** What a middleware is made of. */
export interface EventTellerOptions {
  readonly settings: MiddlewareSettings;
  readonly framework: Framework;
  readonly service: RequestEventLog;
  readonly warnings: Warnings;
}

/** The event that routes have declared, or none. */
interface Declared {
  readonly verdict: Verdict | null;
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** An event about to be told. */
interface Told {
  readonly ending: Ending;
  readonly verdict: Verdict;
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** Each request is a fact of its own; two that look alike are two. */
const LIKE_NO_OTHER = '';
const NOTHING_DECLARED: Declared = { verdict: null, details: null };

/** Turns a request that has ended into at most one event, and hands it to the service, whose troubles stay here. */
export class EventTeller {
  readonly #options: EventTellerOptions;
  readonly #lookups: UserLookups;
  #hasEvents = false;

  constructor(options: EventTellerOptions) {
    const { settings, warnings } = options;
    this.#options = options;
    this.#lookups = new UserLookups({
      getUser: settings.getUser,
      timeoutMs: settings.userTimeoutMs,
      onFailure: (error) => warnings.warn('getUser of the security events middleware failed', toErrorFacts(error)),
    });
  }

  /** Tells the event of a request that has ended, if it leaves one. Never throws. */
  tell(watch: Watch): void {
    try {
      const ending = toEnding(watch);
      const declared = watch.declarations === null ? NOTHING_DECLARED : this.#readDeclarations(watch, ending);
      const outcome = { ...ending, place: watch.source(), hasThrown: watch.error !== null };
      const verdict = declared.verdict ?? judgeRequest(outcome, this.#options.settings);
      if (verdict !== null) this.#tell(watch, { ending, verdict, details: declared.details });
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Tells of an error that was thrown when the event of its request had gone already. Never throws. */
  tellLateError(watch: Watch): void {
    const { logErrors, errorPriority } = this.#options.settings;
    if (!logErrors) return;
    try {
      const verdict = { type: SecurityEventType.API_ERROR, priority: errorPriority };
      this.#tell(watch, { ending: toEnding(watch), verdict, details: null });
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Whether an event was told since the last flush. */
  get hasEvents(): boolean {
    return this.#hasEvents;
  }

  /** Resolves when all events of requests that have ended are where the service puts them. Never rejects. */
  flush(): Promise<void> {
    return this.#handOn((service) => service.flush?.());
  }

  /** As `flush`, for the end of the process. Never rejects. */
  drain(): Promise<void> {
    return this.#handOn((service) => service.drain?.() ?? service.flush?.());
  }

  async #handOn(handOn: (service: RequestEventLog) => Promise<unknown> | undefined): Promise<void> {
    try {
      await this.#lookups.settled();
      this.#hasEvents = false;
      await handOn(this.#options.service);
    } catch (error) {
      this.#warn(error);
    }
  }

  /** The process has nothing else left to do: events that wait for a user go without. */
  giveUpLookups(): void {
    this.#lookups.giveUp();
  }

  #tell(watch: Watch, { ending, verdict, details: declared }: Told): void {
    const { settings, framework, service } = this.#options;
    const { request, subject } = watch.start;
    const details = toRequestDetails(watch, ending, {
      route: framework.readRoute(subject, request),
      includeHeaders: settings.loggingOptions.includeHeaders ?? service.getLoggingOptions?.().includeHeaders ?? false,
    });
    const options = toOptions(watch, verdict);
    this.#lookups.find(subject, (user) => {
      // Spread, not assigned: a `__proto__` among the declared details is a key like any other.
      this.#log(watch, verdict.type, { details: { ...details, ...user, ...declared }, options });
    });
  }

  /** What the routes of a request have said of it; of several types the first declared one counts, of details all. */
  #readDeclarations(watch: Watch, ending: Ending): Declared {
    const { response, subject } = watch.start;
    let verdict: Verdict | null = null;
    let details: Record<string, unknown> = {};
    for (const declaration of watch.declarations ?? []) {
      try {
        const type = declaration.typeOf(ending, subject, response);
        if (type !== null) verdict ??= { type, priority: declaration.priority };
        details = { ...details, ...declaration.detailsOf(subject, response) };
      } catch (error) {
        this.#warn(error);
      }
    }
    if (verdict !== null) details['outcome'] ??= undefined;
    return { verdict, details };
  }

  #log(
    watch: Watch,
    type: string,
    event: { readonly details: Readonly<Record<string, unknown>>; readonly options: RequestEventOptions },
  ): void {
    this.#hasEvents = true;
    try {
      const answer = this.#options.service.logEvent(type, watch.source(), event.details, event.options);
      if (answer instanceof Promise) answer.catch((error: unknown) => this.#warn(error));
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    this.#options.warnings.warn('security events middleware could not log a request', toErrorFacts(error));
  }
}

function toEnding({ isAborted, start: { response } }: Watch): Ending {
  return { status: isAborted && !response.headersSent ? null : response.statusCode, isAborted };
}

function toOptions({ correlationId }: Watch, { priority }: Verdict): RequestEventOptions {
  const occurredAt = Date.now();
  return priority === undefined
    ? { correlationId, occurredAt, dedupKey: LIKE_NO_OTHER }
    : { correlationId, occurredAt, dedupKey: LIKE_NO_OTHER, priority };
}
