export type { AdoptOptions } from './adopt.ts';
export { BUFFERED_TOLD_EVERY_MS, BUFFERED_VALID_MS, type BufferedNumbers } from './buffered.ts';
export { checkRedis, type CheckRedisOptions, type RedisFault, type RedisFaultCode } from './check-redis.ts';
export type { Claim, ClaimOptions } from './claim.ts';
export { connectRedis, type ConnectionOptions } from './connection.ts';
export type { Enqueued, EnqueueOptions, Pushed } from './enqueue.ts';
export type { ExpiredOptions } from './expired.ts';
export type { Finished, FinishOptions, ParkedLetter } from './finish.ts';
export type { LaneState, QueueState } from './inspect.ts';
export {
  type EntryNumber,
  glanceAtLetter,
  type LetterGlance,
  newestLetters,
  toEntryNumber,
  waitingNumbers,
} from './entry-numbers.ts';
export { isQueueKey, toQueueKeys, type QueueKeys } from './keys.ts';
export type { Lane } from './lane.ts';
export { CALL_LIMITS } from './limits.ts';
export type { Peeked, PeekOptions } from './peek.ts';
export type { ProducerMark } from './producer-mark.ts';
export type { ProducerPush, PushStream } from './producer-push.ts';
export type { LastPush, Retired, RetireOptions } from './producers.ts';
export { QueueError, type QueueErrorCode } from './queue-error.ts';
export { createQueue, type Queue } from './queue.ts';
export type { PastRedrives, Redriven, RedrivenIds, RedriveOptions } from './redrive.ts';
export type { ListedLetter } from './remove.ts';
export type { Released, ReleaseOptions } from './release.ts';
export type { ClaimState, Renewed, RenewOptions } from './renew.ts';
export { frameEntries, type SentEntries, takeFirst, toLines } from './sent-entries.ts';
export { openWakeListener } from './wake-listener.ts';
export { whenReady } from './when-ready.ts';
export { WorkerBeat } from './worker-beat.ts';
