export type { EditAnswer, PurgeSelection } from './actions.ts';
export {
  createDeadLetters,
  type DeadLetters,
  type DeadLettersParts,
  type LetterList,
  type ListOptions,
} from './create-dead-letters.ts';
export { DeadLettersError, type DeadLettersErrorCode } from './dead-letters-error.ts';
export type { LetterDetails, LetterSummary, Original } from './describe-letter.ts';
export { forgetRedrives } from './forget-redrives.ts';
export type { Place } from './letter.ts';
export { moveOverflow, type MovedOverflow, type MoveOverflowParts } from './move-overflow.ts';
export type { Actor, OperatorEvent } from './operator-event.ts';
export type { PurgeOutcome } from './purge-letters.ts';
export { REDRIVE_OUTCOMES, type RedriveOutcome } from './redrive-letters.ts';
export type { ActionResult, RecordEvent } from './run-action.ts';
export type { Selection } from './select-letters.ts';
export type { EditedLetterDetails } from './show-edited.ts';
