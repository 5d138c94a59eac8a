import type { LogRecord } from './log-record.ts';

/** What became of the records since the transport was made: `received = filtered + dropped + sent + refused + pending`. */
export interface LogTransportStats {
  /** Records at or above the level, without those of the client's own work. */
  readonly received: number;
  /** Records that the filter took out. */
  readonly filtered: number;
  /** Records for which there was no place, or that could not be read. */
  readonly dropped: number;
  /** Events that the service has taken. */
  readonly sent: number;
  /** Events that the service has refused. */
  readonly refused: number;
  /** Events whose answer is still out. */
  readonly pending: number;
  /** Records of the client's own work, which become no events. */
  readonly own: number;
}

/** Where a transport puts its records. */
export interface LogSink {
  /** Hands a record on. Returns at once and never throws. */
  write(record: LogRecord): void;
  /** Counts a record that could not be read. */
  drop(): void;
  /** Resolves when all records are handed on, at the latest after `closeTimeout`. Never rejects. */
  flush(): Promise<void>;
  /** As `flush`, and closes the service if it is the transport's own. */
  close(): Promise<void>;
  getStats(): LogTransportStats;
}
