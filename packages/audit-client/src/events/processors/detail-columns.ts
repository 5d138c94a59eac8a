import { ACTOR_TYPES, type AuditEventInput, OUTCOMES } from '@auditlane/schema';

/** A field of an audit event that details may fill. */
export type DetailField = Exclude<
  keyof AuditEventInput,
  | 'event_type'
  | 'event_category'
  | 'event_domain'
  | 'severity'
  | 'source'
  | 'priority'
  | 'metadata'
  | 'id'
  | 'occurred_at'
>;

/** A field with the name it has in camelCase, and what it takes: anything else is left in the metadata. */
export interface DetailColumn {
  readonly field: DetailField;
  readonly camel: string;
  readonly isFit: (value: unknown) => boolean;
}

const OUTCOME_SET: ReadonlySet<unknown> = new Set(OUTCOMES);
const ACTOR_TYPE_SET: ReadonlySet<unknown> = new Set(ACTOR_TYPES);

function isText(value: unknown): boolean {
  return (
    typeof value === 'string' || typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))
  );
}

function isRisk(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 100;
}

function areTags(value: unknown): boolean {
  return Array.isArray(value) && value.length <= 1000 && value.every((tag) => typeof tag === 'string');
}

const isOutcome = (value: unknown): boolean => OUTCOME_SET.has(value);
const isActorType = (value: unknown): boolean => ACTOR_TYPE_SET.has(value);

/** What details can fill, as `[snake_case, camelCase, test]`. */
const COLUMNS: readonly DetailColumn[] = [
  { field: 'user_id', camel: 'userId', isFit: isText },
  { field: 'resource_type', camel: 'resourceType', isFit: isText },
  { field: 'resource_id', camel: 'resourceId', isFit: isText },
  { field: 'ip_address', camel: 'ipAddress', isFit: isText },
  { field: 'user_agent', camel: 'userAgent', isFit: isText },
  { field: 'description', camel: 'description', isFit: isText },
  { field: 'outcome', camel: 'outcome', isFit: isOutcome },
  { field: 'reason', camel: 'reason', isFit: isText },
  { field: 'host', camel: 'host', isFit: isText },
  { field: 'tenant_id', camel: 'tenantId', isFit: isText },
  { field: 'service_name', camel: 'serviceName', isFit: isText },
  { field: 'session_id', camel: 'sessionId', isFit: isText },
  { field: 'request_id', camel: 'requestId', isFit: isText },
  { field: 'correlation_id', camel: 'correlationId', isFit: isText },
  { field: 'actor_type', camel: 'actorType', isFit: isActorType },
  { field: 'risk_score', camel: 'riskScore', isFit: isRisk },
  { field: 'tags', camel: 'tags', isFit: areTags },
];

/** The column that a key of details names, in either spelling. */
export const COLUMN_OF_KEY: ReadonlyMap<string, DetailColumn> = new Map(
  COLUMNS.flatMap((column) => [
    [column.field, column],
    [column.camel, column],
  ]),
);
