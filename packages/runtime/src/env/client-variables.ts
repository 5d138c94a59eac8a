import { oneOf, plainText, wholeNumber } from './value-kinds.ts';
import { variable } from './variable.ts';

const MEBIBYTE = 1_048_576;

/** How the client behaves inside an application. The API is such an application: its ingest route uses the client. */
export const clientVariables = {
  AUDIT_OVERFLOW: variable(oneOf(['spool', 'wait', 'direct', 'drop']).default('spool'), {
    description:
      'Where an event goes that the queue cannot take: to disk, waiting in memory, straight to Postgres, or dropped and counted.',
    section: 'Client',
    readBy: ['api', 'client'],
    allowed: '`spool`, `wait`, `direct`, `drop`',
    fallback: 'spool',
  }),
  AUDIT_GUARANTEE: variable(oneOf(['durable', 'strict']).default('durable'), {
    description: 'What a receipt survives: `durable` keeps one copy until the row is committed, `strict` keeps two.',
    section: 'Client',
    readBy: ['api', 'client'],
    allowed: '`durable`, `strict`',
    fallback: 'durable',
  }),
  AUDIT_SPOOL_DIR: variable(plainText(4096).optional(), {
    description: 'Folder of the spool, where events wait on disk while the queue cannot take them.',
    section: 'Client',
    readBy: ['api', 'client', 'cli'],
    allowed: 'path',
    fallback: '`auditlane-spool` in the state folder of the user',
  }),
  AUDIT_SPOOL_MAX_BYTES: variable(wholeNumber(MEBIBYTE, 1024 ** 4).default(256 * MEBIBYTE), {
    description: 'Size of the spool above which it refuses.',
    section: 'Client',
    readBy: ['api', 'client'],
    allowed: 'whole number of bytes, 1048576 to 1099511627776',
    fallback: '268435456 (256 MiB)',
  }),
  AUDIT_RING_MAX_BYTES: variable(wholeNumber(MEBIBYTE, 1024 ** 4).default(16 * MEBIBYTE), {
    description:
      'Bytes of entries kept in memory after Redis acknowledged them, to be pushed again should it lose them: the last 30 s, or less where they take more.',
    section: 'Client',
    readBy: ['api', 'client'],
    allowed: 'whole number of bytes, 1048576 to 1099511627776',
    fallback: '16777216 (16 MiB)',
  }),
  AUDIT_BUFFER_MAX_EVENTS: variable(wholeNumber(1, 10_000_000).default(10_000), {
    description: 'Events that may wait in memory for a receipt before further ones are refused.',
    section: 'Client',
    readBy: ['api', 'client'],
    allowed: 'whole number of events, 1 to 10000000',
    fallback: '10000',
  }),
};
