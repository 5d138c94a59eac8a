import type { OwnEventType } from '@auditlane/schema';

/** Who acts on dead letters. */
export interface Actor {
  /** Name of the API key, of the user of the machine, or `loopback`. */
  readonly id: string;
  readonly via: 'http' | 'cli';
  /** Id of the API key: names are not unique. */
  readonly keyId?: string;
  readonly ip?: string;
  readonly userAgent?: string;
  readonly requestId?: string;
}

/** What an operator did or is about to do, as an audit event. */
export interface OperatorEvent {
  readonly event_type: OwnEventType;
  readonly event_category: 'critical' | 'warning' | 'info';
  readonly event_domain: 'system';
  readonly outcome: 'unknown' | 'success' | 'failure';
  readonly user_id: string;
  readonly actor_type: 'api_key' | 'user' | 'system';
  readonly resource_type: 'dead_letter';
  readonly resource_id: string;
  readonly source: 'auditlane';
  readonly correlation_id: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly request_id?: string;
  readonly ip_address?: string;
  readonly user_agent?: string;
}

export type Verb = 'redriven' | 'edited' | 'purged';

/** The facts of one event; an action has a pair of them for every hundred letters. */
export interface EventFacts {
  readonly verb: Verb;
  readonly phase: 'intent' | 'outcome';
  readonly actor: Actor;
  /** The same for all events of an action. */
  readonly action: string;
  /** The letter, when there is one only. */
  readonly letterId: string | null;
  readonly outcome: OperatorEvent['outcome'];
  readonly metadata: Readonly<Record<string, unknown>>;
}

const KINDS = {
  redriven: { event_type: 'audit.dead_letters.redriven', event_category: 'info', plan: 'redrive' },
  edited: { event_type: 'audit.dead_letters.edited', event_category: 'warning', plan: 'edit and redrive' },
  purged: { event_type: 'audit.dead_letters.purged', event_category: 'critical', plan: 'delete for good' },
} as const;

/** The audit event of an action: first the intent, then the outcome, joined by `correlation_id`. */
export function toOperatorEvent(facts: EventFacts): OperatorEvent {
  const { verb, phase, actor, action, letterId, outcome, metadata } = facts;
  const { event_type, event_category, plan } = KINDS[verb];
  const isLoopback = actor.id === 'loopback';
  const object = letterId === null ? 'dead letters' : 'a dead letter';
  return {
    event_type,
    event_category,
    event_domain: 'system',
    outcome,
    user_id: actor.id,
    actor_type: isLoopback ? 'system' : actor.via === 'http' ? 'api_key' : 'user',
    resource_type: 'dead_letter',
    resource_id: letterId ?? action,
    source: 'auditlane',
    correlation_id: action,
    description: phase === 'intent' ? `About to ${plan} ${object}` : `Dead letters ${verb}`,
    metadata: { phase, via: actor.via, ...(actor.keyId === undefined ? {} : { key_id: actor.keyId }), ...metadata },
    ...(actor.requestId === undefined ? {} : { request_id: actor.requestId }),
    ...(actor.ip === undefined ? {} : { ip_address: actor.ip }),
    ...(actor.userAgent === undefined ? {} : { user_agent: actor.userAgent }),
  };
}
