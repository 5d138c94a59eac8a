export type { LogEventOptions, LogEventService } from '../log-event-service.ts';
export { DEFAULT_LOG_LEVELS, type LevelMeaning, type LevelTable } from '../log-levels.ts';
export type { LogRecord } from '../log-record.ts';
export type { LogTransportStats } from '../log-sink-types.ts';
export type { LogTransportOptions } from '../log-transport-options.ts';
export { correlationMeta } from './correlation-meta.ts';
export { createWinstonTransport, type WinstonTransport } from './create-winston-transport.ts';
export type { WinstonTransportOptions } from './winston-transport-options.ts';
