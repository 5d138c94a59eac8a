import { toQueueKeys } from '@auditlane/queue';

/** The names of the queue that clients and workers use unless told otherwise. */
export const QUEUE_KEYS = toQueueKeys('audit:queue');
