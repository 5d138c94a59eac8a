import type { Outcome } from '@auditlane/schema';

type Id = string | number | bigint | null | undefined;
type Text = string | null | undefined;

/**
 * What the details of any event may say. What names a column fills it, in this spelling or in snake_case; all else goes to
 * `metadata` under its own name. When both spellings are given the one in snake_case wins, and the other stays in metadata.
 */
export interface EventDetails {
  /** Who did it. */
  readonly userId?: Id;
  /** What was done to. */
  readonly resourceType?: Text;
  readonly resourceId?: Id;
  /** One sentence for people. */
  readonly description?: Text;
  /** Where the request came from; what is no address is kept in metadata. */
  readonly ipAddress?: Text;
  readonly userAgent?: Text;
  readonly sessionId?: Id;
  readonly requestId?: Id;
  readonly correlationId?: Id;
  readonly tenantId?: Id;
  readonly serviceName?: Text;
  readonly host?: Text;
  /** How it ended; the catalogue says it where the details do not. */
  readonly outcome?: Outcome | null | undefined;
  /** Why it ended so. */
  readonly reason?: Text;
  /** 0 to 100. */
  readonly riskScore?: number | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly [key: string]: unknown;
}
