// Starts and stops both servers in the folder it is given, and says so.
import { startPostgres, startRedis } from '../../src/index.ts';

const dataDir = process.argv[2] ?? '';
await using postgres = await startPostgres({ dataDir: `${dataDir}/postgres` });
await using redis = await startRedis({ dataDir: `${dataDir}/redis` });
process.stdout.write(JSON.stringify({ uid: process.getuid?.(), ports: [postgres.port, redis.port] }));
