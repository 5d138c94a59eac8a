/**
 * The event types that come with the client, by family. A key is its value in capitals; a value is the `event_type` of
 * the row. Types of your own need no registration: any text of letters, digits and `_ . : -` is one.
 */
export const SecurityEventType = {
  AUTH_LOGIN_SUCCESS: 'auth.login.success',
  AUTH_LOGIN_FAILURE: 'auth.login.failure',
  AUTH_LOGOUT: 'auth.logout',
  AUTH_MFA_SUCCESS: 'auth.mfa.success',
  AUTH_MFA_FAILURE: 'auth.mfa.failure',
  AUTH_MFA_ENABLED: 'auth.mfa.enabled',
  AUTH_MFA_DISABLED: 'auth.mfa.disabled',
  AUTH_PASSWORD_CHANGED: 'auth.password.changed',
  AUTH_PASSWORD_RESET_REQUESTED: 'auth.password.reset_requested',
  AUTH_PASSWORD_RESET: 'auth.password.reset',
  AUTH_ACCOUNT_LOCKED: 'auth.account.locked',
  AUTH_ACCOUNT_UNLOCKED: 'auth.account.unlocked',
  AUTH_TOKEN_ISSUED: 'auth.token.issued',
  AUTH_TOKEN_REFRESHED: 'auth.token.refreshed',
  AUTH_TOKEN_REVOKED: 'auth.token.revoked',
  AUTH_TOKEN_REJECTED: 'auth.token.rejected',

  ACCESS_GRANTED: 'access.granted',
  ACCESS_DENIED: 'access.denied',
  ACCESS_UNAUTHENTICATED: 'access.unauthenticated',
  ACCESS_ROLE_CHANGED: 'access.role.changed',
  ACCESS_PERMISSION_CHANGED: 'access.permission.changed',
  ACCESS_PRIVILEGE_ESCALATED: 'access.privilege.escalated',

  ACCOUNT_CREATED: 'account.created',
  ACCOUNT_UPDATED: 'account.updated',
  ACCOUNT_SUSPENDED: 'account.suspended',
  ACCOUNT_REACTIVATED: 'account.reactivated',
  ACCOUNT_DELETED: 'account.deleted',

  DATA_READ: 'data.read',
  DATA_CREATED: 'data.created',
  DATA_MODIFIED: 'data.modified',
  DATA_EXPORTED: 'data.exported',
  DATA_DELETED: 'data.deleted',

  API_REQUEST: 'api.request',
  API_ERROR: 'api.error',
  API_RATE_LIMIT_EXCEEDED: 'api.rate_limit.exceeded',

  THREAT_SQL_INJECTION: 'threat.sql_injection',
  THREAT_XSS: 'threat.xss',
  THREAT_PATH_TRAVERSAL: 'threat.path_traversal',
  THREAT_COMMAND_INJECTION: 'threat.command_injection',
  THREAT_BRUTE_FORCE: 'threat.brute_force',
  THREAT_CREDENTIAL_STUFFING: 'threat.credential_stuffing',
  THREAT_SUSPICIOUS_ACTIVITY: 'threat.suspicious_activity',

  SYSTEM_CONFIGURATION_CHANGED: 'system.configuration.changed',
  SYSTEM_ERROR: 'system.error',
  SYSTEM_STARTED: 'system.started',
  SYSTEM_STOPPED: 'system.stopped',

  MANUFACTURING_STATION_OPERATION: 'manufacturing.station_operation',
  MANUFACTURING_QUALITY_CHECK: 'manufacturing.quality_check',
  MANUFACTURING_QUALITY_FAILURE: 'manufacturing.quality_failure',
  MANUFACTURING_EQUIPMENT_OPERATION: 'manufacturing.equipment_operation',
  MANUFACTURING_EQUIPMENT_FAULT: 'manufacturing.equipment_fault',

  COMPLIANCE_DATA_PROCESSED: 'compliance.data_processed',
  COMPLIANCE_DATA_REQUESTED: 'compliance.data_requested',
  COMPLIANCE_RETENTION_APPLIED: 'compliance.retention_applied',
  COMPLIANCE_CONSENT_GIVEN: 'compliance.consent_given',
  COMPLIANCE_CONSENT_WITHDRAWN: 'compliance.consent_withdrawn',

  SESSION_CREATED: 'session.created',
  SESSION_TERMINATED: 'session.terminated',

  DEVICE_REGISTERED: 'device.registered',
  DEVICE_TRUST_CHANGED: 'device.trust_changed',
  DEVICE_SUSPICIOUS_ACTIVITY: 'device.suspicious_activity',
  DEVICE_REVOKED: 'device.revoked',

  ENCRYPTION_ENCRYPTED: 'encryption.encrypted',
  ENCRYPTION_DECRYPTED: 'encryption.decrypted',
  ENCRYPTION_KEY_ROTATED: 'encryption.key_rotated',

  VIOLATION_SECURITY: 'violation.security',
  VIOLATION_POLICY: 'violation.policy',
} as const;

/** One of the values of {@link SecurityEventType}. */
export type SecurityEventType = (typeof SecurityEventType)[keyof typeof SecurityEventType];
