import { createServer } from 'node:tls';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildEvent, useRedis } from '@auditlane/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTempDir } from './support/temp-dir.ts';
import { createTestClient } from './support/test-client.ts';

const { url } = await useRedis();
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => void process.off('unhandledRejection', note));

test.each([
  ['a host that does not exist', 'redis://no-such-host.invalid:6379'],
  ['a port where nobody listens', 'redis://127.0.0.1:1'],
  ['TLS to a server without it', url.replace('redis://', 'rediss://')],
  ['a password for a server without one', url.replace('redis://', 'redis://:wrong@')],
])(
  'row 27: %s: the call is answered, the event spooled, the state is "away", and nothing is unhandled',
  async (_name, redisUrl) => {
    const { client, warnings } = createTestClient({ redisUrl });
    const receipt = await client.logAudit(buildEvent());
    // A server without a password may take a client that sends one.
    expect(['spooled', 'queued']).toContain(receipt.status);
    if (receipt.status === 'spooled') {
      expect(client.stats().redis).toBe('away');
      expect(warnings.length).toBeGreaterThan(0);
    }
    await client.close();
    expect(unhandled).toEqual([]);
  },
);

const OPENSSL = 'openssl';
const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0;

test.skipIf(!hasOpenssl)(
  'row 27: a certificate that nobody vouches for: the event is spooled, not sent (needs openssl)',
  async () => {
    const dir = makeTempDir();
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    execFileSync(
      OPENSSL,
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '1',
        '-subj',
        '/CN=localhost',
      ],
      { stdio: 'ignore' },
    );
    const received: string[] = [];
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
      socket.on('data', (bytes) => received.push(String(bytes)));
      socket.on('error', () => undefined);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { client } = createTestClient({ redisUrl: `rediss://localhost:${port}` });
    expect(await client.logAudit(buildEvent())).toMatchObject({ status: 'spooled' });
    await client.close();
    server.close();
    expect(received).toEqual([]);
    expect(unhandled).toEqual([]);
  },
);

test('row 27: a URL that is none is answered "misconfigured", and the process lives', async () => {
  const { client } = createTestClient({ redisUrl: 'http://[broken' });
  expect(await client.logAudit(buildEvent())).toMatchObject({
    status: 'rejected',
    reason: 'misconfigured',
    issues: [{ path: 'redisUrl' }],
  });
  expect(unhandled).toEqual([]);
});

test('row 28: after close a call is answered "closed", counted, and opens nothing', async () => {
  const { client } = createTestClient({ redisUrl: url });
  await client.logAudit(buildEvent());
  await client.close();
  expect(await client.logAudit(buildEvent())).toEqual({ status: 'rejected', reason: 'closed' });
  await expect(client.logCriticalAudit(buildEvent())).rejects.toMatchObject({ code: 'closed' });
  expect(client.stats().rejected.closed).toBe(2);
  await client.close();
});

test('row 25: calls beyond the buffer are refused on the spot, and the others keep their receipts', async () => {
  const { client } = createTestClient({ redisUrl: url, overflow: 'wait', bufferMaxEvents: 100 });
  const receipts = await Promise.all(Array.from({ length: 1000 }, () => client.logAudit(buildEvent())));
  expect(receipts.filter((receipt) => receipt.status === 'queued')).toHaveLength(100);
  expect(receipts.filter((receipt) => receipt.status === 'rejected' && receipt.reason === 'buffer_full')).toHaveLength(
    900,
  );
  expect(client.stats()).toMatchObject({
    queued: 100,
    rejected: { buffer_full: 900 },
    pending: { events: 0, bytes: 0 },
  });
});

test('row 25: the bytes of waiting events are bounded too', async () => {
  const { client } = createTestClient({ redisUrl: url, overflow: 'wait', bufferMaxBytes: 65_536 });
  const large = (): ReturnType<typeof buildEvent> => buildEvent({ metadata: { text: 'x'.repeat(20_000) } });
  const receipts = await Promise.all(Array.from({ length: 100 }, () => client.logAudit(large())));
  expect(receipts.filter((receipt) => receipt.status === 'queued')).toHaveLength(4);
});
