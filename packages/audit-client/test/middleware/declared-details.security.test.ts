import type { Request } from 'express';
import { describe, expect, test } from 'vitest';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import { createEventLog } from './support/event-log.ts';
import { EXPRESS_VERSIONS } from './support/express-versions.ts';
import { serve } from './support/serve.ts';

describe.each(EXPRESS_VERSIONS)('declared details in $name', ({ express }) => {
  test('a __proto__ in a body that a route declares as details is a key like any other', async () => {
    const log = createEventLog();
    const events = createSecurityEventsMiddleware({ service: log, flushOnShutdown: false });
    const app = express();
    app.use(events);
    app.post(
      '/api/orders',
      express.json(),
      events.permission({ permission: 'orders.write', details: (request: Request) => request.body }),
      (_request, response) => void response.status(403).send('no'),
    );
    const { url } = await serve(app);
    await fetch(`${url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"__proto__":{"userId":"evil","outcome":"success"},"orderId":7}',
    });
    const [event] = await log.waitFor(1);
    const details = event?.details ?? {};
    expect(Object.getPrototypeOf(details)).toBe(Object.prototype);
    expect(details).toMatchObject({ orderId: 7, status: 403 });
    expect(details['userId']).toBeUndefined();
    expect(details['outcome']).toBeUndefined();
    expect(Object.getOwnPropertyDescriptor(details, '__proto__')?.value).toEqual({
      userId: 'evil',
      outcome: 'success',
    });
  });
});
