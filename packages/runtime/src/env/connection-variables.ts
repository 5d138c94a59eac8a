import { onOff, oneOf, plainText, urlOf } from './value-kinds.ts';
import { variable } from './variable.ts';

const DEFAULT_REDIS_URL = 'redis://127.0.0.1:6379';
const DEFAULT_DATABASE_URL = 'postgres://127.0.0.1:5432/auditlane';
const POSTGRES_PROTOCOLS = ['postgres', 'postgresql'] as const;

/** `true` verifies the certificate, as a reader of the word expects; `require` is libpq's word for "encrypt, verify nothing". */
const databaseSsl = oneOf(['true', 'false', 'disable', 'require', 'no-verify', 'verify-full']).transform((word) => {
  switch (word) {
    case 'false':
    case 'disable':
      return 'disable' as const;
    case 'require':
    case 'no-verify':
      return 'no-verify' as const;
    case 'true':
    case 'verify-full':
      return 'verify-full' as const;
  }
});

/** Where the servers are. */
export const connectionVariables = {
  REDIS_URL: variable(urlOf(['redis', 'rediss']).default(DEFAULT_REDIS_URL), {
    description:
      'The Redis (or Valkey) that holds the queue, 6.2 or newer; when absent, `npm start` runs an embedded one.',
    section: 'Connections',
    readBy: ['start', 'api', 'worker', 'maintenance', 'client', 'cli'],
    allowed: '`redis://` or `rediss://` URL',
    fallback: DEFAULT_REDIS_URL,
    isSecret: true,
  }),
  REDIS_PASSWORD: variable(plainText(1024).optional(), {
    description: 'Password of Redis, used when `REDIS_URL` carries none.',
    section: 'Connections',
    readBy: ['start', 'api', 'worker', 'maintenance', 'client', 'cli'],
    allowed: 'text',
    fallback: null,
    isSecret: true,
  }),
  DATABASE_URL: variable(urlOf(POSTGRES_PROTOCOLS).default(DEFAULT_DATABASE_URL), {
    description:
      'The Postgres that keeps the events, 15 or newer, with rights to migrate; when absent, `npm start` runs an embedded one.',
    section: 'Connections',
    readBy: ['start', 'api', 'worker', 'maintenance', 'client', 'cli'],
    allowed: '`postgres://` or `postgresql://` URL',
    fallback: DEFAULT_DATABASE_URL,
    isSecret: true,
  }),
  DATABASE_SSL: variable(databaseSsl.optional(), {
    description:
      'TLS to Postgres: `verify-full` (or `true`) checks the certificate, `no-verify` (or `require`) only encrypts, `disable` (or `false`) does neither; when absent, `sslmode` of the URL decides.',
    section: 'Connections',
    readBy: ['start', 'api', 'worker', 'maintenance', 'client', 'cli'],
    allowed: '`true`, `false`, `disable`, `require`, `no-verify`, `verify-full`',
    fallback: null,
  }),
  AUDIT_WRITER_URL: variable(urlOf(POSTGRES_PROTOCOLS).optional(), {
    description:
      'Postgres with the rights of `audit_writer` alone; when absent, workers and clients take that role over `DATABASE_URL`.',
    section: 'Connections',
    readBy: ['start', 'api', 'worker', 'client', 'cli'],
    allowed: '`postgres://` or `postgresql://` URL',
    fallback: null,
    isSecret: true,
  }),
  ENABLE_METRICS: variable(onOff().default(true), {
    description: 'Whether `GET /metrics` serves Prometheus text and workers collect for it.',
    section: 'HTTP',
    readBy: ['api', 'worker'],
    allowed: '`true` or `false`',
    fallback: 'true',
  }),
};
