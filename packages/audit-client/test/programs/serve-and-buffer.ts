// Serves Express with the middleware on PORT 0; its service holds events back until it is flushed, then prints them.
// HANDLER: none, `exit` (ends the process on SIGTERM by itself), `stay` (takes SIGTERM and goes on), `alone` (ends it only if
// nobody else listens). FLUSH=hang never settles; ON_SHUTDOWN=no switches the flush off; ONE=yes serves one request and has
// nothing left to do while its user is still being looked up.
import express from 'express';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';

const { HANDLER = 'none', FLUSH = 'done', ON_SHUTDOWN = 'yes', ONE = 'no' } = process.env;
const held: string[] = [];
const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const app = express();
app.use(
  createSecurityEventsMiddleware({
    service: {
      logEvent: (type) => void held.push(type),
      flush: () => {
        print({ flushed: held.splice(0) });
        return FLUSH === 'hang' ? new Promise(() => undefined) : Promise.resolve();
      },
    },
    flushOnShutdown: ON_SHUTDOWN === 'yes',
    userTimeoutMs: 60_000,
    ...(ONE === 'yes' ? { getUser: () => new Promise<never>(() => undefined) } : {}),
  }),
);
app.get('/api/x', (_request, response) => {
  response.setHeader('connection', 'close');
  response.send('x');
  if (ONE === 'yes') server.close();
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  print({ port: typeof address === 'object' && address !== null ? address.port : null });
});

process.on('SIGUSR2', () => undefined);
if (HANDLER === 'exit') process.once('SIGTERM', () => server.close(() => setImmediate(() => process.exit(0))));
if (HANDLER === 'stay') process.on('SIGTERM', () => print({ stays: process.listenerCount('SIGTERM') }));
if (HANDLER === 'alone') {
  const end = (): void => {
    if (process.listenerCount('SIGTERM') > 1) return;
    print({ alone: true });
    process.exit(7);
  };
  process.on('SIGTERM', end);
}
