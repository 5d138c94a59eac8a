import { SecurityEventType } from '../../events/catalogue/security-event-type.ts';
import type { Declaration } from '../declaration.ts';
import { type Detail, isGranted, readDetails, type RouteEventOptions } from './detail.ts';

/** What a route does to data. */
export type DataAccessAction = keyof typeof TYPES;

export interface DataAccessOptions<Request> extends RouteEventOptions<Request> {
  /** What the data are. */
  readonly resourceType: Detail<Request>;
  readonly resourceId?: Detail<Request>;
  /** Default by the method: GET and HEAD read, POST creates, PUT and PATCH modify, DELETE deletes. */
  readonly action?: DataAccessAction | undefined;
  readonly recordCount?: Detail<Request>;
}

const TYPES = {
  read: SecurityEventType.DATA_READ,
  create: SecurityEventType.DATA_CREATED,
  modify: SecurityEventType.DATA_MODIFIED,
  delete: SecurityEventType.DATA_DELETED,
  export: SecurityEventType.DATA_EXPORTED,
} as const;
const ACTION_OF_METHOD: ReadonlyMap<unknown, DataAccessAction> = new Map([
  ['POST', 'create'],
  ['PUT', 'modify'],
  ['PATCH', 'modify'],
  ['DELETE', 'delete'],
] as const);

/** Whether a value is one of the actions. */
export function isDataAccessAction(value: unknown): value is DataAccessAction {
  return typeof value === 'string' && Object.hasOwn(TYPES, value);
}

/** A route that touches data: an answer below 400 is the access; a refusal or an error keeps its type and names the data. */
export function declareDataAccess<Request>(options: DataAccessOptions<Request>): Declaration {
  const { action, resourceType, resourceId, recordCount, priority, details } = options;
  return {
    typeOf: (ending, _subject, { req }) =>
      isGranted(ending) ? TYPES[action ?? ACTION_OF_METHOD.get(req.method) ?? 'read'] : null,
    detailsOf: (subject, response) =>
      readDetails({ resourceType, resourceId, recordCount }, details, { subject, response }),
    priority,
  };
}
