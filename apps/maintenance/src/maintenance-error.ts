/**
 * Why a run failed although every server answered. Closed set:
 * - `unsafe`: the self-check found settings or contents under which events can be lost;
 * - `partitions_behind`: fewer days are prepared than a weekend without maintenance needs.
 */
export type MaintenanceErrorCode = 'unsafe' | 'partitions_behind';

/** The one error of maintenance. Its text is what the run's row and the log show: each fact with its remedy. */
export class MaintenanceError extends Error {
  override readonly name = 'MaintenanceError';
  readonly code: MaintenanceErrorCode;

  constructor(code: MaintenanceErrorCode, problem: string) {
    super(problem);
    this.code = code;
  }
}
