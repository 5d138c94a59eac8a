import { createServer, type Server } from 'node:http';
import type { SecurityEventService } from '@auditlane/audit-client';
import { Registry } from 'prom-client';

/**
 * Creates a server that answers every request with the figures of the security events, for Prometheus. It is none of the
 * application's, since whoever asks it is no user and leaves no event; it listens nowhere yet.
 */
export function createMetricsServer(service: SecurityEventService): Server {
  const registry = new Registry();
  service.registerMetrics(registry);
  return createServer((_request, response) => {
    registry.metrics().then(
      (text) => response.setHeader('content-type', registry.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  });
}
