/**
 * An application of Express for the middleware's cell: `security-server.ts <without|with|quiet>`. `with` logs each
 * request, `quiet` looks at each and logs none. Sends its port; answers `read` with the CPU that it has used and the
 * events that it has handed on, all that waited included; ends on `stop`.
 */
import { createSecurityEventService } from '@auditlane/audit-client/events';
import { createSecurityEventsMiddleware } from '@auditlane/audit-client/middleware';
import express from 'express';

const [, , variant = ''] = process.argv;
const service = createSecurityEventService();
const app = express();
if (variant !== 'without') {
  app.use(createSecurityEventsMiddleware({ service, logApiRequests: variant === 'with' }));
}
app.get('/api/orders/:id', (request, response) => {
  response.json({ id: request.params.id, status: 'open', items: [1, 2, 3] });
});

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});

async function read(): Promise<void> {
  const { failed } = await service.flush();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system, logged: service.getStats().totalProcessed, failed });
}

async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await service.close();
  process.exit(0);
}

process.on('message', (message) => void (message === 'read' ? read() : stop()));
