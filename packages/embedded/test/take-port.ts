import { once } from 'node:events';
import { createServer } from 'node:net';

import { onTestFinished } from 'vitest';

/** A loopback port that is in use until the end of the test. */
export async function takePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the port is not known');
  return address.port;
}
