import type { AuditEventInput } from '@auditlane/schema';

/** The list through which bare events go. */
export const BARE_KEY = 'bench:bare';

/** A sample event with what every row has; nothing of it was checked. */
export interface BareEvent extends Omit<AuditEventInput, 'id'> {
  readonly id: string;
  readonly host: string;
  readonly producer: string;
  readonly n: number;
}
