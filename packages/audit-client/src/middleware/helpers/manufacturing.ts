import { SecurityEventType } from '../../events/catalogue/security-event-type.ts';
import type { Declaration } from '../declaration.ts';
import { type Detail, isGranted, readDetail, readDetails, type RouteEventOptions } from './detail.ts';

export interface StationOptions<Request> extends RouteEventOptions<Request> {
  readonly stationId: Detail<Request>;
  /** What the station does. */
  readonly operation: Detail<Request>;
  readonly productId?: Detail<Request>;
  readonly batchId?: Detail<Request>;
}

export interface QualityCheckOptions<Request> extends RouteEventOptions<Request> {
  readonly productId?: Detail<Request>;
  readonly batchId?: Detail<Request>;
  readonly stationId?: Detail<Request>;
  /** Whether the product passed; false makes the event a `manufacturing.quality_failure`. Default true. */
  readonly passed?: Detail<Request, boolean>;
}

export interface EquipmentOptions<Request> extends RouteEventOptions<Request> {
  readonly equipmentId: Detail<Request>;
  readonly operation?: Detail<Request>;
  readonly stationId?: Detail<Request>;
  /** Whether the equipment failed; true makes the event a `manufacturing.equipment_fault`. Default false. */
  readonly isFault?: Detail<Request, boolean>;
}

const T = SecurityEventType;

/** A route by which a station works: an answer below 400 is the operation; refusals and errors keep their types. */
export function declareStation<Request>(options: StationOptions<Request>): Declaration {
  const { stationId, operation, productId, batchId, priority, details } = options;
  return {
    typeOf: (ending) => (isGranted(ending) ? T.MANUFACTURING_STATION_OPERATION : null),
    detailsOf: (subject, response) =>
      readDetails({ stationId, operation, productId, batchId }, details, { subject, response }),
    priority,
  };
}

/** A route that takes the result of a quality check: passed or not, as `passed` says. */
export function declareQualityCheck<Request>(options: QualityCheckOptions<Request>): Declaration {
  const { productId, batchId, stationId, passed = true, priority, details } = options;
  return {
    typeOf: (ending, subject, response) => {
      if (!isGranted(ending)) return null;
      const hasPassed = readDetail(passed, { subject, response }) !== false;
      return hasPassed ? T.MANUFACTURING_QUALITY_CHECK : T.MANUFACTURING_QUALITY_FAILURE;
    },
    detailsOf: (subject, response) => ({
      ...readDetails({ productId, batchId, stationId }, details, { subject, response }),
      result: readDetail(passed, { subject, response }) === false ? 'failed' : 'passed',
    }),
    priority,
  };
}

/** A route by which equipment is operated or reports that it failed. */
export function declareEquipment<Request>(options: EquipmentOptions<Request>): Declaration {
  const { equipmentId, operation, stationId, isFault = false, priority, details } = options;
  return {
    typeOf: (ending, subject, response) => {
      if (!isGranted(ending)) return null;
      const hasFailed = readDetail(isFault, { subject, response }) === true;
      return hasFailed ? T.MANUFACTURING_EQUIPMENT_FAULT : T.MANUFACTURING_EQUIPMENT_OPERATION;
    },
    detailsOf: (subject, response) =>
      readDetails({ equipmentId, operation, stationId }, details, { subject, response }),
    priority,
  };
}
