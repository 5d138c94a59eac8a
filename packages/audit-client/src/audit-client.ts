import type { AuditEventInput } from '@auditlane/schema';
import type { AuditLogger } from './audit-logger.ts';
import type { OverflowPolicy } from './calls/overflow-policy.ts';
import type { AcceptedReceipt, Receipt, RejectionReason, TransactionReceipt } from './receipt.ts';
import type { RingStats } from './ring/ring-stats.ts';
import type { SpoolStats } from './spool/spool-stats.ts';
import type { AuditTransaction } from './transactions/audit-transaction.ts';

/** Figures of one client since it was made; `pending`, `spool.bytes` and the first three of `ring` go up and down, all others only grow. */
export interface AuditClientStats {
  /** Random name of this process start, as in the column `producer_id`. */
  readonly producerId: string;
  /** Events without a receipt yet, and the UTF-8 bytes of their entries. */
  readonly pending: { readonly events: number; readonly bytes: number };
  readonly queued: number;
  readonly spooled: number;
  readonly stored: number;
  readonly rejected: Readonly<Record<RejectionReason, number>>;
  /** `closed`: not opened yet, or closed; `connecting`, `ready`; `away`: events take the overflow policy. */
  readonly redis: 'closed' | 'connecting' | 'ready' | 'away';
  readonly spool: SpoolStats;
  readonly ring: RingStats;
}

/** A client of its own: connections, buffer, spool and counters are shared with no other. */
export interface AuditClient {
  /** As the function `logAudit`, through this client. */
  logAudit(event: AuditEventInput): Promise<Receipt>;
  /** As the function `logCriticalAudit`, through this client. */
  logCriticalAudit(event: AuditEventInput): Promise<AcceptedReceipt>;
  /** As the function `logAuditTx`, with the settings of this client; needs none of its connections. */
  logAuditTx(transaction: AuditTransaction, event: AuditEventInput): Promise<TransactionReceipt>;
  /** Resolves when every event logged before has its receipt; at the latest after their deadlines. Never rejects. */
  flush(): Promise<void>;
  /**
   * Flushes, then closes all connections; later calls are answered `closed`. Never rejects; may be called again, and then
   * joins the close under way. What is in the spool stays on disk for the next process.
   */
  close(): Promise<void>;
  stats(): AuditClientStats;
}

/**
 * Settings of a client. What is not given comes from the environment, then from the default. An invalid value does not
 * throw: every call is then answered `misconfigured`, naming it.
 */
export interface AuditClientOptions {
  /** Address of Redis: `redis://`, `rediss://` (TLS) or `unix://`. `REDIS_URL`; default `redis://127.0.0.1:6379`. */
  readonly redisUrl?: string | undefined;
  /** Password of Redis when the URL carries none. `REDIS_PASSWORD`. */
  readonly redisPassword?: string | undefined;
  /** Address of Postgres for critical events and the policy `direct`; used with the role `audit_writer`. `DATABASE_URL`. */
  readonly databaseUrl?: string | undefined;
  /** Address of Postgres whose user has the rights of `audit_writer` and no more; wins over `databaseUrl`. `AUDIT_WRITER_URL`. */
  readonly writerUrl?: string | undefined;
  /** TLS to Postgres. `DATABASE_SSL`; default: what `sslmode` of the URL says. */
  readonly databaseSsl?: 'true' | 'false' | 'disable' | 'require' | 'no-verify' | 'verify-full' | undefined;
  /** Name of the queue's list. `AUDIT_QUEUE_KEY`; default `audit:queue`. */
  readonly queueKey?: string | undefined;
  /** Events the queue may hold; it then refuses, and `overflow` decides. `AUDIT_MAX_QUEUE_LENGTH`; default 10000. */
  readonly maxQueueLength?: number | undefined;
  /** Events the urgent lane may hold. `AUDIT_MAX_URGENT_LENGTH`; default 2000. */
  readonly maxUrgentLength?: number | undefined;
  /**
   * What happens when the queue is full or Redis away: `spool` to disk, `wait` in memory until `deadlineMs`, store
   * `direct`ly in Postgres, or `drop`. `AUDIT_OVERFLOW`; default `spool`.
   */
  readonly overflow?: OverflowPolicy | undefined;
  /**
   * `durable`: an event that Redis acknowledged is kept in memory for a while, to be pushed again should Redis lose it.
   * `strict`: it is on this machine's disk as well, synced, until Postgres has it; needs a database address.
   * `AUDIT_GUARANTEE`; default `durable`.
   */
  readonly guarantee?: 'durable' | 'strict' | undefined;
  /** Folder of the spool, made with mode 0700. `AUDIT_SPOOL_DIR`; default `$XDG_STATE_HOME/auditlane-spool`, else `~/.local/state/auditlane-spool`. */
  readonly spoolDir?: string | undefined;
  /** Bytes on disk above which this process spools no more. `AUDIT_SPOOL_MAX_BYTES`; default 268435456 (256 MiB). */
  readonly spoolMaxBytes?: number | undefined;
  /**
   * UTF-8 bytes of the entries that are kept in memory after Redis acknowledged them, to be pushed again should it lose
   * them; the newest 30 s at least, unless they take more. `AUDIT_RING_MAX_BYTES`; default 16777216 (16 MiB).
   */
  readonly ringMaxBytes?: number | undefined;
  /** Events that may wait for their receipt in memory. `AUDIT_BUFFER_MAX_EVENTS`; default 10000; as many again may be on their way to disk or Postgres. */
  readonly bufferMaxEvents?: number | undefined;
  /** UTF-8 bytes of entries that may wait for their receipt in memory; as above. Default 67108864 (64 MiB). */
  readonly bufferMaxBytes?: number | undefined;
  /** UTF-8 bytes of one entry; metadata that does not fit is truncated and flagged. `AUDIT_MAX_EVENT_BYTES`; default 65536. */
  readonly maxEventBytes?: number | undefined;
  /** Milliseconds that a call may wait in memory for a place. Default 5000. */
  readonly deadlineMs?: number | undefined;
  /** Milliseconds that `logCriticalAudit` waits for Postgres, and then again for the urgent lane. Default 2000. */
  readonly criticalDeadlineMs?: number | undefined;
  /** Connections to Postgres, 1 to 4, opened when used. Default 2. */
  readonly poolSize?: number | undefined;
  /** `service_name` of events that have none. Default none. */
  readonly serviceName?: string | null | undefined;
  /** `host` of events that have none. Default the name of this machine. */
  readonly host?: string | null | undefined;
  /** `source` of events that have none. Default none. */
  readonly source?: string | null | undefined;
  /** Keys whose values are masked, beside `password`, `token`, `authorization` and the like; case, `-` and `_` do not matter. Default none. */
  readonly redactKeys?: readonly string[] | undefined;
  /** Where troubles of the client are reported, at most once in 10 s each; a pino logger fits. Default JSON lines on stderr. */
  readonly logger?: AuditLogger | undefined;
}
