import * as z from 'zod';
import { plainText, wholeNumber } from './value-kinds.ts';
import { variable } from './variable.ts';

/** What an API key, or a request from this machine, may be allowed to do. */
export const ACCESS_SCOPES = ['ingest', 'read', 'operate', 'respond', 'monitor', 'admin'] as const;
export type AccessScope = (typeof ACCESS_SCOPES)[number];

/** Used when `PORT` is absent; then, and only then, a taken port means the next free one. */
export const DEFAULT_PORT = 3000;

const scopeList = z
  .string()
  .transform((text) => (text.trim() === 'none' ? [] : text.split(',').map((word) => word.trim())))
  .pipe(
    z.array(z.enum(ACCESS_SCOPES, { error: `must be none or a comma-separated list of ${ACCESS_SCOPES.join(', ')}` })),
  )
  .readonly();

/** What the API reads about serving. */
export const httpVariables = {
  PORT: variable(wholeNumber(0, 65_535).optional(), {
    description:
      'TCP port of the API. A given port that is taken is a fault (exit 78); without one, the next free port from 3000 is used and printed; 0 lets the system choose.',
    section: 'HTTP',
    readBy: ['start', 'api'],
    allowed: 'whole number, 0 to 65535',
    fallback: String(DEFAULT_PORT),
  }),
  HOST: variable(plainText(255).default('127.0.0.1'), {
    description: 'Address that the API listens on; anything but loopback exposes it to the network.',
    section: 'HTTP',
    readBy: ['start', 'api'],
    allowed: 'address or host name',
    fallback: '127.0.0.1',
  }),
  AUDIT_LOOPBACK_SCOPES: variable(scopeList.optional(), {
    description: 'Scopes of a request from this machine that carries no key; `none` asks for a key always.',
    section: 'HTTP',
    readBy: ['api'],
    allowed: '`none` or a comma-separated list of `ingest`, `read`, `operate`, `respond`, `monitor`, `admin`',
    fallback: '`monitor,read`; with `NODE_ENV=production` only `monitor`',
  }),
};
