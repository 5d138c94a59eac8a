import { hostname } from 'node:os';
import { isQueueKey } from '@auditlane/queue';
import { LIMITS } from '@auditlane/schema';
import * as z from 'zod';

const MEBIBYTE = 1_048_576;
const SSL_WORDS = ['true', 'false', 'disable', 'require', 'no-verify', 'verify-full'] as const;

function urlOf(protocols: readonly string[]) {
  const names = protocols.map((protocol) => `${protocol}://`).join(' or ');
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)),
      `must be a URL that begins with ${names}`,
    );
}

/** Numbers come as text from the environment; anything but plain digits is left for the schema to refuse. */
function wholeNumber(min: number, max: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,16}$/.test(value.trim()) ? Number(value) : value),
    z.number().int().min(min).max(max),
  );
}

/**
 * Every setting of a client with its bounds and its default. Texts of the environment and values of the options object
 * go through the same schema; what is wrong becomes the issues of a `misconfigured` receipt, never an exception.
 */
export const Settings = z
  .object({
    redisUrl: urlOf(['redis', 'rediss', 'unix']).default('redis://127.0.0.1:6379'),
    redisPassword: z.string().max(1024).optional(),
    databaseUrl: urlOf(['postgres', 'postgresql']).optional(),
    writerUrl: urlOf(['postgres', 'postgresql']).optional(),
    databaseSsl: z.enum(SSL_WORDS).optional(),
    queueKey: z
      .string()
      .refine(isQueueKey, 'must be at least two parts joined by ":", as in audit:queue')
      .default('audit:queue'),
    maxQueueLength: wholeNumber(1, 50_000_000).default(10_000),
    maxUrgentLength: wholeNumber(1, 10_000_000).default(2000),
    overflow: z.enum(['spool', 'wait', 'direct', 'drop']).default('spool'),
    guarantee: z.enum(['durable', 'strict']).default('durable'),
    spoolDir: z.string().min(1).max(4096),
    spoolMaxBytes: wholeNumber(MEBIBYTE, 1024 ** 4).default(256 * MEBIBYTE),
    ringMaxBytes: wholeNumber(MEBIBYTE, 1024 ** 4).default(16 * MEBIBYTE),
    bufferMaxEvents: wholeNumber(1, 10_000_000).default(10_000),
    bufferMaxBytes: wholeNumber(65_536, 1024 ** 3).default(64 * MEBIBYTE),
    maxEventBytes: wholeNumber(1024, LIMITS.eventBytes).default(LIMITS.eventBytes),
    deadlineMs: wholeNumber(100, 600_000).default(5000),
    criticalDeadlineMs: wholeNumber(100, 600_000).default(2000),
    poolSize: wholeNumber(1, 4).default(2),
    serviceName: z.string().max(255).nullable().default(null),
    host: z
      .string()
      .max(255)
      .nullable()
      .default(() => hostname()),
    source: z.string().max(255).nullable().default(null),
    redactKeys: z.array(z.string().min(1).max(255)).max(1000).default([]),
  })
  .refine((settings) => settings.overflow !== 'direct' || (settings.writerUrl ?? settings.databaseUrl) !== undefined, {
    path: ['overflow'],
    message: '"direct" needs databaseUrl (DATABASE_URL) or writerUrl (AUDIT_WRITER_URL)',
  });
export type Settings = z.output<typeof Settings>;

/** Where each setting comes from in the environment. */
export const ENVIRONMENT_NAMES = {
  redisUrl: 'REDIS_URL',
  redisPassword: 'REDIS_PASSWORD',
  databaseUrl: 'DATABASE_URL',
  writerUrl: 'AUDIT_WRITER_URL',
  databaseSsl: 'DATABASE_SSL',
  queueKey: 'AUDIT_QUEUE_KEY',
  maxQueueLength: 'AUDIT_MAX_QUEUE_LENGTH',
  maxUrgentLength: 'AUDIT_MAX_URGENT_LENGTH',
  overflow: 'AUDIT_OVERFLOW',
  guarantee: 'AUDIT_GUARANTEE',
  spoolDir: 'AUDIT_SPOOL_DIR',
  spoolMaxBytes: 'AUDIT_SPOOL_MAX_BYTES',
  ringMaxBytes: 'AUDIT_RING_MAX_BYTES',
  bufferMaxEvents: 'AUDIT_BUFFER_MAX_EVENTS',
  maxEventBytes: 'AUDIT_MAX_EVENT_BYTES',
} as const satisfies Partial<Record<keyof Settings, string>>;
