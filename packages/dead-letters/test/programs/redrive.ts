/** Redrives all letters until it is killed: a child of redrive.process.test.ts. Arguments: Redis, Postgres. */
import { connectRedis, createQueue, toQueueKeys } from '@auditlane/queue';
import { createPool } from '@auditlane/store';
import { createDeadLetters } from '../../src/index.ts';

const [redisUrl = '', databaseUrl = ''] = process.argv.slice(2);
const queue = createQueue(connectRedis(redisUrl, { name: 'redrive' }), toQueueKeys('audit:queue'));
const pool = createPool(databaseUrl, { applicationName: 'redrive', max: 2 });
const letters = createDeadLetters({ queue, pool, record: () => Promise.resolve(), capacity: 1_000_000 });
process.stdout.write('redriving\n');
await letters.redrive({ all: true }, { id: 'ann', via: 'cli' });
process.stdout.write('redriven\n');
process.exit(0);
