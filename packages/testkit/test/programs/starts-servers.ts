import { startTestPostgres } from '../../src/servers/test-postgres.ts';
import { startTestRedis } from '../../src/servers/start-test-redis.ts';

const end = process.argv[2];
if (end === 'drain') process.once('SIGTERM', drain);

const redis = await startTestRedis();
const postgres = await startTestPostgres();
if (end === 'stopped') redis.signal('SIGSTOP');
process.stdout.write(
  `${JSON.stringify({ msg: 'serving', pids: [redis.pid(), postgres.pid()], dirs: [redis.dataDir, postgres.dataDir] })}\n`,
);
if (end === 'exit') process.exit(3);
if (end === 'throw') throw new Error('thrown on purpose');
setInterval(() => undefined, 1000);

// An application's own shutdown, which the servers must not pre-empt.
function drain(): void {
  Promise.all([redis.stop(), postgres.stop()]).then(
    () => process.exit(0),
    () => process.exit(1),
  );
}
