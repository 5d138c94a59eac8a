import { createStderrLogger } from '../audit-logger.ts';
import { type Correlation, runWithCorrelation } from '../events/correlation/correlation.ts';
import { securityEventService } from '../events/service/default-service.ts';
import { createWarnings, toErrorFacts, type Warnings } from '../warnings.ts';
import type { Framework } from './framework.ts';
import { readOptions } from './read-options.ts';
import { RequestWatcher } from './request-watcher.ts';
import { flushOnShutdown } from './shutdown.ts';

/** A watcher with what an adapter to a framework needs beside it. */
export interface MadeWatcher {
  readonly watcher: RequestWatcher;
  /** Answers what `work` answers, or null when it throws, which is warned of: a defect of ours is no reason to refuse a request. */
  attempt<Answer>(work: () => Answer): Answer | null;
  /** Tells the logger of a trouble, at most once in 10 s. */
  warn(message: string): void;
  /** Hands on all that is held, and takes back what was registered for the end of the process. Never rejects. */
  close(): Promise<void>;
}

/**
 * Checks the options and makes a watcher.
 *
 * @throws AuditError `misconfigured`, whose message names every fault, when an option is unknown or out of its bounds
 */
export function createWatcher(options: unknown, framework: Framework): MadeWatcher {
  const settings = readOptions(options);
  const warnings = createWarnings(settings.logger ?? createStderrLogger(), Date.now);
  const service = settings.service ?? securityEventService;
  const watcher = new RequestWatcher({ settings, framework, service, warnings });
  const unregister = settings.flushOnShutdown ? flushOnShutdown(watcher) : undefined;
  return {
    watcher,
    attempt: (work) => attemptQuietly(warnings, work),
    warn: (message) => warnings.warn(message),
    async close() {
      unregister?.();
      await watcher.drain();
    },
  };
}

/** Runs the rest of a request with its correlation id, or without one when it could not be watched. */
export function runWatched<Answer>(correlation: Correlation | null, next: () => Answer): Answer {
  return correlation === null ? next() : runWithCorrelation(correlation, next);
}

function attemptQuietly<Answer>(warnings: Warnings, work: () => Answer): Answer | null {
  try {
    return work();
  } catch (error) {
    warnings.warn('security events middleware could not watch a request', toErrorFacts(error));
    return null;
  }
}
