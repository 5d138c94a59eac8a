import { createPinoTransport, type PinoTransport } from './create-pino-transport.ts';
import type { PinoTransportOptions } from './pino-transport-options.ts';

/** What pino calls in a worker thread for `transport: { target: '@auditlane/audit-client/pino', options }`. */
export function createWorkerTarget(options: PinoTransportOptions = {}): PinoTransport {
  return createPinoTransport(options);
}
