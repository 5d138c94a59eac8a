/** Version of the entry format that this code writes; a reader parks entries above it. */
export const SCHEMA_VERSION = 1;

/** How urgent an event is. */
export const EVENT_CATEGORIES = ['critical', 'warning', 'info'] as const;
export type EventCategory = (typeof EVENT_CATEGORIES)[number];

/** What an event is about. Shares no word with EVENT_CATEGORIES, so on input the value decides which is meant. */
export const EVENT_DOMAINS = [
  'authentication',
  'authorization',
  'account',
  'data_access',
  'api',
  'threat',
  'system',
  'manufacturing',
  'compliance',
] as const;
export type EventDomain = (typeof EVENT_DOMAINS)[number];

/** Lowest first. */
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const OUTCOMES = ['success', 'failure', 'denied', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const ACTOR_TYPES = ['user', 'service', 'api_key', 'system', 'anonymous', 'agent'] as const;
export type ActorType = (typeof ACTOR_TYPES)[number];

/** 2 is the most important. */
export const PRIORITIES = [0, 1, 2] as const;
export type Priority = (typeof PRIORITIES)[number];
