import { hostname } from 'node:os';
import { columnText, metadataValue, type RuleNotes } from './documented-rules.ts';

/** The columns of `audit_logs` that follow from the input alone. */
export type ExpectedRow = Readonly<Record<string, unknown>>;

/** What the example application says of an event, before any rule of Auditlane. */
export interface SaidEvent {
  readonly event_type: string;
  readonly event_category: 'critical' | 'warning' | 'info';
  readonly event_domain?: 'authentication' | 'api';
  readonly user_id?: string | null;
  readonly resource_type?: string;
  readonly resource_id?: string | null;
  readonly source?: string;
  readonly outcome?: 'success' | 'failure';
  readonly description: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly ip_address?: string;
  readonly user_agent?: string | null;
  readonly correlation_id?: string | null;
}

const LIMITS = { user_id: 255, resource_id: 512, description: 8192, user_agent: 1024 } as const;
const SEVERITY = { critical: 'critical', warning: 'medium', info: 'info' } as const;
/** The domains of the built-in catalogue, for events that name none. */
const DOMAIN_OF_TYPE: Readonly<Record<string, string>> = {
  permanent_ban_applied: 'account',
  api_key_created: 'api',
  api_key_deleted: 'api',
  api_key_rotated: 'api',
  usage_limit_reached: 'api',
  usage_warning_80_percent: 'api',
  usage_warning_90_percent: 'api',
};

/** The row that must be in the table when the application says `said`. */
export function toExpectedRow(said: SaidEvent): ExpectedRow {
  const notes: RuleNotes = { flags: 0, truncated: [] };
  const text = (field: keyof typeof LIMITS, value: string | null | undefined): string | null =>
    value === undefined || value === null ? null : columnText({ field, limit: LIMITS[field] }, value, notes);
  const columns = {
    event_type: said.event_type,
    event_category: said.event_category,
    event_domain: said.event_domain ?? DOMAIN_OF_TYPE[said.event_type] ?? null,
    severity: SEVERITY[said.event_category],
    user_id: text('user_id', said.user_id),
    resource_type: said.resource_type ?? null,
    resource_id: text('resource_id', said.resource_id),
    source: said.source ?? null,
    outcome: said.outcome ?? null,
    description: text('description', said.description),
    ip_address: said.ip_address ?? null,
    user_agent: text('user_agent', said.user_agent),
    host: hostname(),
    service_name: null,
    tenant_id: null,
    correlation_id: said.correlation_id ?? null,
    occurred_at: null,
    schema_version: 1,
  };
  const metadata = said.metadata === undefined ? null : metadataValue(said.metadata, notes);
  const own = notes.truncated.length === 0 ? null : { _auditlane: { truncated: notes.truncated } };
  return { ...columns, metadata: own === null ? metadata : { ...Object(metadata), ...own }, flags: notes.flags };
}
