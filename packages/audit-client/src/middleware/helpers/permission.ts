import { SecurityEventType } from '../../events/catalogue/security-event-type.ts';
import type { Declaration, Ending } from '../declaration.ts';
import { type Detail, isGranted, readDetails, type RouteEventOptions } from './detail.ts';

export interface PermissionOptions<Request> extends RouteEventOptions<Request> {
  /** The right that the route requires. */
  readonly permission: Detail<Request>;
  readonly resourceType?: Detail<Request>;
  readonly resourceId?: Detail<Request>;
  /** Whether an access that was allowed is an event, too: `access.granted`. Default false. */
  readonly logGranted?: boolean | undefined;
}

const { ACCESS_DENIED, ACCESS_GRANTED } = SecurityEventType;

/** A route that requires a right: its refusal (403) names the right, and so, if asked for, does its grant. */
export function declarePermission<Request>(options: PermissionOptions<Request>): Declaration {
  const { permission: requiredPermission, resourceType, resourceId, logGranted = false, priority, details } = options;
  return {
    typeOf: (ending) => (isDenied(ending) ? ACCESS_DENIED : logGranted && isGranted(ending) ? ACCESS_GRANTED : null),
    detailsOf: (subject, response) =>
      readDetails({ requiredPermission, resourceType, resourceId }, details, { subject, response }),
    priority,
  };
}

function isDenied({ status, isAborted }: Ending): boolean {
  return status === 403 && !isAborted;
}
