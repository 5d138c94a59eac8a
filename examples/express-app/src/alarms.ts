import type { SecurityEvents } from './security-events.ts';

/** What an operator hears of at once: `access.denied` and `access.unauthenticated`. */
const REFUSALS = 'access.*';

/**
 * Tells the console of each refusal while its event is still on its way. A handler of the bus runs beside storage, with
 * the correlation id of the request; the line is below the level of the transport, or it would be an event of its own.
 */
export function tellRefusals({ service, logger }: Pick<SecurityEvents, 'service' | 'logger'>): void {
  service.on(REFUSALS, ({ id, type, details }) => {
    logger.info('somebody was refused', { event: id, type, userId: details['userId'], path: details['path'] });
  });
}
