/** Moves letters until it is killed: a child of move-overflow.process.test.ts. Arguments: Redis, Postgres, list bound. */
import { connectRedis, createQueue, toQueueKeys } from '@auditlane/queue';
import { createPool } from '@auditlane/store';
import { moveOverflow } from '../../src/index.ts';

const [redisUrl = '', databaseUrl = '', maxLength = ''] = process.argv.slice(2);
const queue = createQueue(connectRedis(redisUrl, { name: 'move' }), toQueueKeys('audit:queue'));
const pool = createPool(databaseUrl, { applicationName: 'move', max: 2 });
process.stdout.write('moving\n');
await moveOverflow({ queue, pool, maxLength: Number(maxLength), maxBytes: Infinity, now: () => new Date() });
process.stdout.write('moved\n');
process.exit(0);
