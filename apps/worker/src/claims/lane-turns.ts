import type { Lane } from '@auditlane/queue';

/** Every eighth claim prefers the main lane, so that a steady stream of urgent entries cannot starve it. */
const MAIN_EVERY = 8;

/** Creates the sequence of lanes that the claims of this worker prefer, shared by its slots. */
export function createLaneTurns(): () => Lane {
  let turn = 0;
  return () => {
    turn = (turn + 1) % MAIN_EVERY;
    return turn === 0 ? 'main' : 'urgent';
  };
}
