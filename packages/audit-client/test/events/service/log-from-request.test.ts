import { createServer, request as httpRequest, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import express4 from 'express4';
import { onTestFinished, expect, test } from 'vitest';
import { runWithCorrelation, SecurityEventType } from '../../../src/events/index.ts';
import { createTestService } from '../support/recording-processor.ts';

/** Sends one request to `handler` behind a server on loopback, and waits for its answer. */
async function send(
  handler: RequestListener,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve, reject) => {
    httpRequest({ port, host: '127.0.0.1', path, method: 'PUT', headers }, (response) => {
      response.resume().once('end', resolve);
    })
      .once('error', reject)
      .end();
  });
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

test.each([
  ['4', () => express4()],
  ['5', () => express() as unknown as ReturnType<typeof express4>],
] as const)('of a request of Express %s it records all that is known', async (_version, createApp) => {
  const { service, loggedOne } = createTestService();
  const app = createApp();
  const router = createApp();
  router.put('/users/:id', (request, response) => {
    Object.assign(request, { user: { id: 'u-1' } });
    response.status(403);
    void service.logFromRequest(SecurityEventType.ACCESS_DENIED, request, { reason: 'not yours' });
    response.end();
  });
  app.use('/api', router);
  await send(app, '/api/users/17?token=secret', {
    'user-agent': 'ua/1',
    host: 'shop.example',
    traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
    'x-request-id': 'r-1',
  });
  const event = await loggedOne();
  expect(event).toMatchObject({ type: 'access.denied', source: 'api', correlationId: TRACE });
  expect(event.details).toEqual({
    ipAddress: '127.0.0.1',
    userAgent: 'ua/1',
    method: 'PUT',
    route: '/api/users/:id',
    path: '/api/users/17',
    status: 403,
    httpHost: 'shop.example',
    requestId: 'r-1',
    userId: 'u-1',
    reason: 'not yours',
  });
  expect(JSON.stringify(event)).not.toContain('secret');
});

test('of a plain request of Node, too; a status counts once the answer has begun', async () => {
  const { service, logged } = createTestService();
  await send(
    (request, response) => {
      const about = Object.assign(request, { res: response });
      void service.logFromRequest('a.before', about);
      response.writeHead(200);
      void service.logFromRequest('a.after', about);
      response.end();
    },
    '/admin/x',
    { 'x-correlation-id': 'c-1' },
  );
  const [before, after] = await logged();
  expect(before).toMatchObject({ source: 'admin', correlationId: 'c-1', details: { path: '/admin/x', method: 'PUT' } });
  expect(before?.details).not.toHaveProperty('status');
  expect(before?.details).not.toHaveProperty('route');
  expect(after?.details).toMatchObject({ status: 200 });
});

const request = {
  method: 'GET',
  url: '/',
  headers: { 'user-agent': 'ua', 'x-request-id': 'r-1' },
  socket: { remoteAddress: '::ffff:192.0.2.1' },
  user: { id: 'u-1' },
};

test('details win over what the request says, in either spelling', async () => {
  const { service, loggedOne } = createTestService();
  await service.logFromRequest('a.b', request, { user_id: 'other', userAgent: null, path: '/own' });
  expect((await loggedOne()).details).toEqual({
    user_id: 'other',
    userAgent: null,
    path: '/own',
    ipAddress: '192.0.2.1',
    method: 'GET',
    requestId: 'r-1',
  });
});

test('options win over the path and the headers', async () => {
  const { service, loggedOne } = createTestService();
  await service.logFromRequest('a.b', request, {}, { source: 'mobile', correlationId: 'own', priority: 'high' });
  expect(await loggedOne()).toMatchObject({ source: 'mobile', correlationId: 'own', priority: 'high' });
});

test('the correlation of the running request goes before its headers', async () => {
  const { service, logged } = createTestService();
  await runWithCorrelation('running', () => service.logFromRequest('a.b', request));
  await service.logFromRequest('a.b', request);
  expect((await logged()).map((event) => event.correlationId)).toEqual(['running', 'r-1']);
});

test('the headers of fetch are read, too', async () => {
  const { service, loggedOne } = createTestService();
  await service.logFromRequest('a.b', {
    url: 'https://x.example/api/y?z',
    headers: new Headers({ 'User-Agent': 'ua' }),
  });
  expect(await loggedOne()).toMatchObject({ source: 'api', details: { userAgent: 'ua', path: '/api/y' } });
});
