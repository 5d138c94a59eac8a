export type { LogEventOptions, LogEventService } from '../log-event-service.ts';
export { DEFAULT_LOG_LEVELS, type LevelMeaning, type LevelTable } from '../log-levels.ts';
export type { LogRecord } from '../log-record.ts';
export type { LogTransportStats } from '../log-sink-types.ts';
export type { LogTransportOptions } from '../log-transport-options.ts';
export { correlationMixin } from './correlation-mixin.ts';
export { createPinoTransport, type PinoTransport } from './create-pino-transport.ts';
// oxlint-disable-next-line import/no-default-export -- pino takes the default export of a target
export { createWorkerTarget as default } from './create-worker-target.ts';
export type { PinoTransportOptions } from './pino-transport-options.ts';
