import { startTestPostgres } from '../../src/servers/test-postgres.ts';
import { startTestRedis } from '../../src/servers/test-redis.ts';

const redis = await startTestRedis();
const postgres = await startTestPostgres();
process.stdout.write(
  `${JSON.stringify({ msg: 'serving', pids: [redis.pid(), postgres.pid()], dirs: [redis.dataDir, postgres.dataDir] })}\n`,
);
if (process.argv[2] === 'exit') process.exit(3);
if (process.argv[2] === 'throw') throw new Error('thrown on purpose');
setInterval(() => undefined, 1000);
