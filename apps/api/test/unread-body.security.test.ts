import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { writeBeforeBodyEnds } from '../src/http/unread-body.ts';
import { openSocket } from './fixtures/raw-request.ts';

const HEAD = 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n[';

test('row 32: the answer to a caller that has gone is not kept waiting for the rest of its body', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const socket = await openSocket(typeof address === 'object' && address !== null ? address.port : 0);
  const arrived: Promise<[IncomingMessage, ServerResponse]> = new Promise((resolve) =>
    server.once('request', (request, response) => resolve([request, response])),
  );
  socket.write(HEAD);
  const [request, response] = await arrived;
  request.on('error', () => undefined);
  socket.destroy();
  await once(request, 'close').catch(() => undefined);
  writeBeforeBodyEnds(request, response, '{}');
  expect(response.writableEnded).toBe(true);
});
