/** A process that takes a scheduled run and never ends it, to be killed. */
import { createLogger, createRateLimitedLog } from '@auditlane/runtime';
import { openSchedules } from '../../src/schedules/open-schedules.ts';

const logger = createLogger({ name: 'hanging' });
const { REDIS_URL = '', PREFIX = '', LOCK_MS = '' } = process.env;

openSchedules(
  {
    redisUrl: REDIS_URL,
    prefix: PREFIX,
    tasks: [{ name: 'retention', everyMs: 3_600_000, attempts: 1, retryMs: 10, run: async () => ({}) }],
    runner: {
      run: () => {
        logger.info('running');
        return new Promise(() => {});
      },
      idle: async () => {},
    },
    logger,
    log: createRateLimitedLog(logger),
    stack: new AsyncDisposableStack(),
    drainMs: () => 0,
    lockMs: Number(LOCK_MS),
  },
  new AbortController().signal,
);
