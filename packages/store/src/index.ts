export {
  type ApiKey,
  type NewApiKey,
  createApiKey,
  findApiKey,
  hashApiKey,
  isApiKeyUsable,
  listApiKeys,
  revokeApiKey,
  touchApiKey,
} from './api-keys.ts';
export { type CatalogFault, type CatalogFaultCode, checkCatalog } from './check-catalog.ts';
export {
  type ClassifiedError,
  type PostgresErrorKind,
  classifyPostgresError,
  toStoreError,
} from './classify-postgres-error.ts';
export { type MigrationState, checkMigrations } from './check-migrations.ts';
export { toCopyLine } from './copy-line.ts';
export { type PoolOptions, createPool } from './create-pool.ts';
export {
  type Store,
  type StoreBatchOptions,
  type StoreOptions,
  type StoreResult,
  SMALL_BATCH_ROWS,
  createStore,
} from './create-store.ts';
export {
  type DeadLetterLock,
  type DeadLetterOriginal,
  type DeadLetterPosition,
  type EditedDeadLetter,
  type KeptDeadLetter,
  type ListDeadLettersOptions,
  type StoredDeadLetter,
  countDeadLetters,
  findDeadLetters,
  findEvents,
  forgetStoredDeadLetters,
  keepDeadLetterOriginal,
  keepDeadLetters,
  keepLostDeadLetters,
  listDeadLetterIds,
  listDeadLetterOriginals,
  listDeadLetters,
  markDeadLettersRedriven,
  withDeadLetterLock,
} from './dead-letters.ts';
export { type DropExpiredOptions, type DroppedPartitions, dropExpiredPartitions } from './drop-expired-partitions.ts';
export {
  type EnsurePartitionsOptions,
  type EnsuredPartitions,
  type Partition,
  ensurePartitions,
  listPartitions,
} from './ensure-partitions.ts';
export { type LedgerGeneration, raiseGeneration, readGeneration } from './generation.ts';
export { toJsonRows } from './json-rows.ts';
export {
  type LedgerBatch,
  type LedgerBlocker,
  type LedgerCursor,
  type LedgerLag,
  type ReadLedgerOptions,
  readLedger,
  readLedgerLag,
  readThroughput,
} from './ledger.ts';
export {
  type FinishedRun,
  type LastMaintenanceRun,
  type MaintenanceStatus,
  finishMaintenanceRun,
  readMaintenanceRuns,
  startMaintenanceRun,
} from './maintenance-runs.ts';
export { type MigrateOptions, type MigrateResult, migrate } from './migrate.ts';
export { type PartitionState, readPartitionState } from './partition-state.ts';
export {
  type PartitionRange,
  type PartitionWidth,
  choosePartitionWidth,
  planPartitions,
  toPartitionName,
} from './plan-partitions.ts';
export { type HistoryEvent, type HistoryPage, readHistory } from './read-history.ts';
export { type PostgresServer, readServer } from './read-server.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
export { type IsolatedResult, type RejectedRow, storeIsolating } from './store-isolating.ts';
export { summarizeRanges } from './summarize-ranges.ts';
export { withTransaction } from './with-transaction.ts';
export { type FollowedProducers, type FollowOptions, followProducers } from './losses/follow-producers.ts';
export {
  type LossSummary,
  type MissingNumbers,
  type SearchResult,
  type Verdict,
  judgeHoles,
  readBarrier,
  readLosses,
  readSettledHoles,
  settleHoles,
} from './losses/judge-holes.ts';
export { type ProducerNumbers, accountForNumbers } from './losses/account-numbers.ts';
export { type ProducerFacts, noteMarks } from './losses/note-marks.ts';
export { type NumberRange, hasNumber, toNumberText } from './losses/number-ranges.ts';
export {
  type NotedSettings,
  type Observation,
  type Observed,
  noteSettings,
  observe,
  readObservation,
} from './observations.ts';
export { type NotingOptions, keepNotingSettings } from './keep-noting-settings.ts';
export { type OwnEvent, toOwnRow } from './own-event.ts';
export { findStored } from './find-stored.ts';
export { type TransactionClient, storeInTransaction } from './store-in-transaction.ts';
export type { Pool } from 'pg';
export { LineBuffer } from './transcoding/line-buffer.ts';
export { type StorableRow, toEventRow, toTranscodedRow } from './transcoding/transcoded-row.ts';
