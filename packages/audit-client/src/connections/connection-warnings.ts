/** What a transport tells operators; constant, so that each is told at most once in ten seconds. */
export const LOST = 'audit queue has lost events that it acknowledged: those still in memory are pushed again';
export const NOT_PUSHED_AGAIN = 'audit client closed before events that Redis has lost were pushed again';
export const NOT_VERIFIED =
  'audit client closed while Redis was away: whether it still has the last events is not known';
export const NO_CONNECTION = 'audit client has no connection to Redis';
