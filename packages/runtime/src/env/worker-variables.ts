import * as z from 'zod';
import { wholeNumber } from './value-kinds.ts';
import { variable } from './variable.ts';

const batchSize = (fallback: number, words: string) =>
  variable(wholeNumber(1, 1000).default(fallback), {
    description: `Events in a batch at most, ${words}.`,
    section: 'Worker',
    readBy: ['worker', 'api'],
    allowed: 'whole number of events, 1 to 1000; SMALL <= MEDIUM <= LARGE',
    fallback: String(fallback),
  });

const batchThreshold = (fallback: number, words: string) =>
  variable(wholeNumber(1, 50_000_000).default(fallback), {
    description: `Queue length from which a batch has the ${words} size; what arrives while workers are busy counts, too.`,
    section: 'Worker',
    readBy: ['worker', 'api'],
    allowed: 'whole number of events, 1 to 50000000; MEDIUM_AT <= LARGE_AT',
    fallback: String(fallback),
  });

/** How workers claim and store. */
export const workerVariables = {
  AUDIT_BATCH_SMALL: batchSize(100, 'while the queue is short'),
  AUDIT_BATCH_MEDIUM: batchSize(300, 'from `AUDIT_BATCH_MEDIUM_AT` queued events'),
  AUDIT_BATCH_LARGE: batchSize(1000, 'from `AUDIT_BATCH_LARGE_AT` queued events'),
  AUDIT_BATCH_MEDIUM_AT: batchThreshold(1000, 'medium'),
  AUDIT_BATCH_LARGE_AT: batchThreshold(5000, 'large'),
  AUDIT_LINGER_MS: variable(wholeNumber(0, 10_000).default(5), {
    description:
      'How long a worker lets a short queue grow before it claims again; up to ten times as long when its claims take longer than that.',
    section: 'Worker',
    readBy: ['worker'],
    allowed: 'whole number of milliseconds, 0 to 10000',
    fallback: '5',
  }),
  AUDIT_LEASE_MS: variable(wholeNumber(500, 3_600_000).default(30_000), {
    description:
      'How long a claim holds without renewal before another worker adopts it; above 12000, the longest statement, outside tests.',
    section: 'Worker',
    readBy: ['worker'],
    allowed: 'whole number of milliseconds, 500 to 3600000',
    fallback: '30000',
  }),
  AUDIT_CRASH_AT: variable(z.string().optional(), {
    description: 'Fault tests end a process at a named step.',
    section: 'Worker',
    readBy: ['worker'],
    allowed: 'step',
    fallback: null,
    isInternal: true,
  }),
};

/** How long rows live. */
export const upkeepVariables = {
  AUDIT_RETENTION_DAYS: variable(wholeNumber(1, 36_500).default(90), {
    description: 'Days after which whole partitions of events are dropped.',
    section: 'Retention',
    readBy: ['maintenance'],
    allowed: 'whole number of days, 1 to 36500',
    fallback: '90',
  }),
};
