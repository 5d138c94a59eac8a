import type { EventDetails } from './event-details.ts';
import type { SecurityEventType } from './security-event-type.ts';

/** Who signs in, and how. */
export interface AuthenticationDetails {
  /** The name that was typed; the account may not exist. */
  readonly username?: string | null | undefined;
  /** `password`, `passkey`, `oauth`, … */
  readonly method?: string | null | undefined;
  readonly mfaMethod?: string | null | undefined;
  /** Failed attempts so far, this one included. */
  readonly attempts?: number | undefined;
}

/** Which right was asked for or changed. */
export interface AuthorizationDetails {
  readonly action?: string | undefined;
  readonly requiredPermission?: string | undefined;
  readonly targetUserId?: string | number | bigint | null | undefined;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What happened to an account; `before` and `after` tell a change. */
export interface AccountDetails {
  readonly targetUserId?: string | number | bigint | null | undefined;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Which data were touched. */
export interface DataAccessDetails {
  readonly recordCount?: number | undefined;
  readonly fields?: readonly string[] | undefined;
  /** `csv`, `json`, … */
  readonly format?: string | undefined;
  /** `public`, `internal`, `confidential`, … */
  readonly classification?: string | undefined;
}

/** A request and its answer. */
export interface ApiDetails {
  /** The method of HTTP. */
  readonly method?: string | null | undefined;
  /** The pattern that matched, not the path. */
  readonly route?: string | null | undefined;
  readonly status?: number | null | undefined;
  readonly durationMs?: number | undefined;
  readonly error?: unknown;
  readonly limit?: number | undefined;
}

/** An attempt at something. */
export interface ThreatDetails {
  /** Where it was found: the name of a parameter, header or field. */
  readonly parameter?: string | undefined;
  /** What was found; cut and redacted like all details. */
  readonly payload?: unknown;
  readonly isBlocked?: boolean | undefined;
  readonly attempts?: number | undefined;
}

/** The system itself. */
export interface SystemDetails {
  readonly component?: string | undefined;
  readonly version?: string | undefined;
  readonly error?: unknown;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A step on the shop floor. */
export interface ManufacturingDetails {
  readonly stationId?: string | number | undefined;
  readonly equipmentId?: string | number | undefined;
  readonly productId?: string | number | undefined;
  readonly batchId?: string | number | undefined;
  readonly operation?: string | undefined;
  readonly result?: string | undefined;
  readonly measurements?: Readonly<Record<string, unknown>> | undefined;
}

/** What was done with personal data, and on what ground. */
export interface ComplianceDetails {
  readonly regulation?: string | undefined;
  readonly purpose?: string | undefined;
  readonly legalBasis?: string | undefined;
  readonly dataSubjectId?: string | number | bigint | null | undefined;
  readonly retentionDays?: number | undefined;
}

/** A device; `device_id` names it. */
export interface DeviceDetails {
  readonly device_id: string;
  readonly deviceType?: string | undefined;
  readonly isTrusted?: boolean | undefined;
}

/** What was encrypted, and with which key; never the key itself. */
export interface EncryptionDetails {
  readonly keyId?: string | undefined;
  readonly algorithm?: string | undefined;
}

/** Which rule was broken. */
export interface ViolationDetails {
  readonly policy?: string | undefined;
  readonly rule?: string | undefined;
}

interface DetailsByFamily {
  readonly auth: AuthenticationDetails;
  readonly access: AuthorizationDetails;
  readonly account: AccountDetails;
  readonly data: DataAccessDetails;
  readonly api: ApiDetails;
  readonly threat: ThreatDetails;
  readonly system: SystemDetails;
  readonly manufacturing: ManufacturingDetails;
  readonly compliance: ComplianceDetails;
  readonly session: AuthenticationDetails;
  readonly device: DeviceDetails;
  readonly encryption: EncryptionDetails;
  readonly violation: ViolationDetails;
}

/**
 * The details of your own event types, by type. Empty here: add to it from your own code, and `logEvent`, the bus and the
 * methods of `createSecurityEventService({ eventTypes })` know them.
 *
 * @example
 * declare module '@auditlane/audit-client' {
 *   interface SecurityEventDetails {
 *     'billing.refund.denied': { readonly amount: number };
 *   }
 * }
 */
export interface SecurityEventDetails {}

/** Every type that the compiler knows: the built-in ones and those in {@link SecurityEventDetails}. */
// oxlint-disable-next-line typescript/no-redundant-type-constituents -- empty until somebody merges
export type KnownEventType = SecurityEventType | (keyof SecurityEventDetails & string);

type FamilyDetails<Type extends string> = Type extends `${infer Family}.${string}`
  ? Family extends keyof DetailsByFamily
    ? DetailsByFamily[Family]
    : unknown
  : unknown;

/** What `logEvent` takes as the details of an event of this type. */
export type DetailsOf<Type extends string> = EventDetails &
  (Type extends keyof SecurityEventDetails
    ? SecurityEventDetails[Type]
    : Type extends SecurityEventType
      ? FamilyDetails<Type>
      : unknown);
