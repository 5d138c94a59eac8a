import type { Declaration } from '../declaration.ts';
import { type AuthenticationOptions, declareAuthentication } from './authentication.ts';
import { checkHelperOptions } from './check-helper-options.ts';
import { type DataAccessOptions, declareDataAccess } from './data-access.ts';
import {
  declareEquipment,
  declareQualityCheck,
  declareStation,
  type EquipmentOptions,
  type QualityCheckOptions,
  type StationOptions,
} from './manufacturing.ts';
import { declarePermission, type PermissionOptions } from './permission.ts';

/**
 * Handlers to put before the handler of a route, which say what its requests are. The one event of the request then has
 * that type and these details; it is logged whatever the path.
 */
export interface RouteHelpers<Request, Handler> {
  /** Sign-in and the like. */
  authentication(options?: AuthenticationOptions<Request>): Handler;
  /** A right that the route requires; a text is the right. */
  permission(options: PermissionOptions<Request> | string): Handler;
  /** Data that the route reads, changes or exports; a text is their type. */
  dataAccess(options: DataAccessOptions<Request> | string): Handler;
  readonly manufacturing: {
    station(options: StationOptions<Request>): Handler;
    qualityCheck(options?: QualityCheckOptions<Request>): Handler;
    equipment(options: EquipmentOptions<Request>): Handler;
  };
}

/** Makes the helpers; `toHandler` makes a handler of the framework that declares what it is given. */
export function createHelpers<Request, Handler>(
  toHandler: (declaration: Declaration) => Handler,
): RouteHelpers<Request, Handler> {
  return {
    authentication(options = {}) {
      checkHelperOptions('authentication', options);
      return toHandler(declareAuthentication(options));
    },
    permission(given) {
      const options = typeof given === 'string' ? { permission: given } : given;
      checkHelperOptions('permission', options);
      return toHandler(declarePermission(options));
    },
    dataAccess(given) {
      const options = typeof given === 'string' ? { resourceType: given } : given;
      checkHelperOptions('dataAccess', options);
      return toHandler(declareDataAccess(options));
    },
    manufacturing: {
      station(options) {
        checkHelperOptions('station', options);
        return toHandler(declareStation(options));
      },
      qualityCheck(options = {}) {
        checkHelperOptions('qualityCheck', options);
        return toHandler(declareQualityCheck(options));
      },
      equipment(options) {
        checkHelperOptions('equipment', options);
        return toHandler(declareEquipment(options));
      },
    },
  };
}
