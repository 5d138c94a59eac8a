import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { waitInLine } from '../../src/middleware/wait-in-line.ts';
import { Watch, type WatchOwner } from '../../src/middleware/watch.ts';
import { openRaw } from './support/raw-exchange.ts';

const OWNER: WatchOwner = { addressOf: () => null, placeOf: () => 'web', routeOf: () => null };

function watchOf(request: IncomingMessage, response: ServerResponse): Watch {
  const correlation = { id: 'c-1', trace: null };
  return new Watch(OWNER, { request, response, subject: request, correlation, peer: undefined, startedAt: null });
}

test('all answers that wait on a connection are told of its end, over one listener, but not one that left the line', async () => {
  const all = Promise.withResolvers<readonly Watch[]>();
  const watches: Watch[] = [];
  await using server = createServer((request, response) => {
    watches.push(watchOf(request, response));
    if (watches.length === 12) all.resolve(watches);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const connection = await openRaw((server.address() as AddressInfo).port);
  connection.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(12));
  const [first, ...waiting] = await all.promise;
  expect(first?.start.response.socket).not.toBeNull();
  expect(waiting.map(({ start }) => start.response.socket)).toEqual(Array.from({ length: 11 }, () => null));

  const told: Watch[] = [];
  const socket = first?.start.request.socket;
  const listeners = socket?.listenerCount('close') ?? 0;
  for (const watch of waiting) waitInLine(watch, (one) => told.push(one));
  expect(socket?.listenerCount('close')).toBe(listeners + 1);
  const [settled, ...rest] = waiting;
  if (settled !== undefined) settled.queue?.delete(settled);
  const closed = new Promise((resolve) => socket?.once('close', resolve));
  connection.hangUp();
  await closed;
  expect(told).toEqual(rest);
});
