import * as z from 'zod';
import { wholeNumber } from './value-kinds.ts';
import { variable } from './variable.ts';

const QUEUE_KEY_PATTERN = /^[A-Za-z0-9_.:{}-]{1,200}:[A-Za-z0-9_.{}-]{1,100}$/;

/** The caps of the queue and of what rides on it; clients, workers and the API must agree on them. */
export const queueVariables = {
  AUDIT_QUEUE_KEY: variable(
    z
      .string()
      .regex(QUEUE_KEY_PATTERN, 'must be two parts of A-Z a-z 0-9 _ . { } - joined by a colon, as in audit:queue')
      .default('audit:queue'),
    {
      description:
        'Name of the Redis list that is the queue; every other key replaces its last part (`audit:queue`, `audit:leases`).',
      section: 'Queue',
      readBy: ['start', 'api', 'worker', 'maintenance', 'client', 'cli'],
      allowed: 'parts of `A-Z a-z 0-9 _ . { } -` joined by `:`',
      fallback: 'audit:queue',
    },
  ),
  AUDIT_MAX_QUEUE_LENGTH: variable(wholeNumber(1, 50_000_000).default(10_000), {
    description: 'Capacity of the queue in events; a full queue refuses, it never trims.',
    section: 'Queue',
    readBy: ['api', 'worker', 'maintenance', 'client', 'cli'],
    allowed: 'whole number of events, 1 to 50000000',
    fallback: '10000',
  }),
  AUDIT_MAX_URGENT_LENGTH: variable(wholeNumber(1, 10_000_000).default(2000), {
    description: 'Capacity of the urgent lane in events, beside that of the queue.',
    section: 'Queue',
    readBy: ['api', 'worker', 'maintenance', 'client', 'cli'],
    allowed: 'whole number of events, 1 to 10000000',
    fallback: '2000',
  }),
  AUDIT_MAX_EVENT_BYTES: variable(wholeNumber(1024, 65_536).default(65_536), {
    description: 'Largest entry of one event in UTF-8 bytes; larger metadata is truncated and flagged, never silently.',
    section: 'Queue',
    readBy: ['api', 'worker', 'client'],
    allowed: 'whole number of bytes, 1024 to 65536',
    fallback: '65536',
  }),
  AUDIT_MAX_FAILED_LENGTH: variable(wholeNumber(1, 10_000_000).default(10_000), {
    description:
      'Dead letters that `audit:failed` may hold; maintenance moves older ones to the table `audit_dead_letters`, none is discarded.',
    section: 'Queue',
    readBy: ['api', 'worker', 'maintenance', 'cli'],
    allowed: 'whole number of dead letters, 1 to 10000000',
    fallback: '10000',
  }),
  AUDIT_MAX_FAILED_BYTES: variable(wholeNumber(1_048_576, 17_179_869_184).default(67_108_864), {
    description: 'Bytes that `audit:failed` may take in Redis; beyond them its oldest dead letters move as above.',
    section: 'Queue',
    readBy: ['maintenance'],
    allowed: 'whole number of bytes, 1048576 to 17179869184',
    fallback: '67108864',
  }),
};
