import type { EventRow } from '@auditlane/schema';
import type { Pool } from 'pg';

/** Members in one order, so that jsonb, which has its own, compares; `__proto__` is a key like any other. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => [key, canonical(member)]);
}

/** A stored or decoded row in a form in which both compare. */
export function comparable(row: Readonly<Record<string, unknown>> | EventRow): Readonly<Record<string, unknown>> {
  const { metadata, occurred_at, producer_seq, ...rest } = { ...row };
  const at = occurred_at instanceof Date ? occurred_at : typeof occurred_at === 'string' ? new Date(occurred_at) : null;
  return {
    ...rest,
    metadata: canonical(typeof metadata === 'string' ? JSON.parse(metadata) : metadata),
    occurred_at: at?.getTime() ?? null,
    producer_seq: Number(producer_seq),
  };
}

const COLUMNS =
  'id, occurred_at, event_domain, user_id, resource_type, resource_id, event_type, event_category, severity, source, service_name, ' +
  'tenant_id, correlation_id, outcome, host, description, metadata, ip_address, user_agent, producer_id, producer_seq, schema_version, flags';

/** The rows of `ids` as pg gives them, by id. */
export async function readRows(
  pool: Pool,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const { rows } = await pool.query(`select ${COLUMNS} from audit_logs where id = any($1::uuid[])`, [ids]);
  return new Map(rows.map((row: Record<string, unknown>) => [String(row['id']), row]));
}
