import type { EventCatalogue } from './catalogue.ts';

/** `source` of the events that Auditlane logs about itself. */
export const OWN_SOURCE = 'auditlane';

/**
 * What Auditlane logs about itself: every loss, and whatever changes what is kept or how. `resource_id` names the thing,
 * `user_id` the person or key where one acted, and metadata has `before` and `after`.
 */
export const OWN_EVENT_TYPES = {
  'audit.events.dropped': {
    category: 'critical',
    domain: 'system',
    resourceType: 'producer',
    description: 'A client gave events up within an interval, by reason; their callers were told.',
  },
  'audit.events.refused': {
    category: 'warning',
    domain: 'system',
    resourceType: 'producer',
    description: 'A client refused calls that were no valid event or came at the wrong time, by reason.',
  },
  'audit.events.settled': {
    category: 'info',
    domain: 'system',
    resourceType: 'producer',
    description:
      'Numbers of a client that get no row and are no loss: another event stands for theirs, or a processor put it elsewhere.',
  },
  'audit.loss.detected': {
    category: 'critical',
    domain: 'system',
    resourceType: 'producer',
    description: 'Numbers of a producer have no row, no dead letter and no place in the queue.',
  },
  'audit.loss.recovered': {
    category: 'info',
    domain: 'system',
    resourceType: 'producer',
    description: 'Events that were missing have arrived, or their end is known after all.',
  },
  'audit.dead_letters.parked': {
    category: 'warning',
    domain: 'system',
    resourceType: 'dead_letter',
    description: 'Workers parked events that cannot be stored, by reason.',
  },
  'audit.dead_letters.redriven': {
    category: 'info',
    domain: 'system',
    resourceType: 'dead_letter',
    description: 'Somebody put dead letters back into the queue.',
  },
  'audit.dead_letters.edited': {
    category: 'warning',
    domain: 'system',
    resourceType: 'dead_letter',
    description: 'Somebody changed a dead letter and put it back; the original is kept.',
  },
  'audit.dead_letters.purged': {
    category: 'critical',
    domain: 'system',
    resourceType: 'dead_letter',
    description: 'Somebody deleted dead letters for good.',
  },
  'audit.incarnation.changed': {
    category: 'critical',
    domain: 'system',
    resourceType: 'queue',
    description: 'Redis came back with another data set than before.',
  },
  'audit.retention.run': {
    category: 'info',
    domain: 'system',
    resourceType: 'retention',
    description: 'Retention deleted what had expired.',
  },
  'audit.partitions.changed': {
    category: 'info',
    domain: 'system',
    resourceType: 'table',
    description: 'Partitions were made, or rows were moved into the partition they belong to.',
  },
  'audit.configuration.changed': {
    category: 'warning',
    domain: 'system',
    resourceType: 'configuration',
    description: 'A process started with other settings than the last one of its kind; secrets are never shown.',
  },
  'audit.key.created': {
    category: 'info',
    domain: 'system',
    resourceType: 'api_key',
    description: 'Somebody created an API key.',
  },
  'audit.key.revoked': {
    category: 'info',
    domain: 'system',
    resourceType: 'api_key',
    description: 'Somebody revoked an API key.',
  },
} as const satisfies EventCatalogue;

export type OwnEventType = keyof typeof OWN_EVENT_TYPES;
