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
} from './records/api-keys.ts';
export { type CatalogFault, type CatalogFaultCode, checkCatalog } from './migrations/check-catalog.ts';
export {
  type ClassifiedError,
  type PostgresErrorKind,
  classifyPostgresError,
  toStoreError,
} from './postgres/classify-postgres-error.ts';
export { type MigrationState, checkMigrations } from './migrations/check-migrations.ts';
export { toCopyLine } from './storing/copy-line.ts';
export { type PoolOptions, createPool } from './postgres/create-pool.ts';
export {
  type Store,
  type StoreBatchOptions,
  type StoreOptions,
  type StoreResult,
  SMALL_BATCH_ROWS,
  createStore,
} from './storing/create-store.ts';
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
} from './records/dead-letters.ts';
export {
  type DropExpiredOptions,
  type DroppedPartitions,
  dropExpiredPartitions,
} from './partitions/drop-expired-partitions.ts';
export {
  type EnsurePartitionsOptions,
  type EnsuredPartitions,
  type Partition,
  ensurePartitions,
  listPartitions,
} from './partitions/ensure-partitions.ts';
export { type LedgerGeneration, raiseGeneration, readGeneration } from './ledger/generation.ts';
export { toJsonRows } from './storing/json-rows.ts';
export {
  type LedgerBatch,
  type LedgerBlocker,
  type LedgerCursor,
  type LedgerLag,
  type ReadLedgerOptions,
  readLedger,
  readLedgerLag,
  readThroughput,
} from './ledger/ledger.ts';
export {
  type FinishedRun,
  type LastMaintenanceRun,
  type MaintenanceStatus,
  finishMaintenanceRun,
  readMaintenanceRuns,
  startMaintenanceRun,
} from './records/maintenance-runs.ts';
export { type MigrateOptions, type MigrateResult, migrate } from './migrations/migrate.ts';
export { type PartitionState, readPartitionState } from './partitions/partition-state.ts';
export {
  type PartitionRange,
  type PartitionWidth,
  choosePartitionWidth,
  planPartitions,
  toPartitionName,
} from './partitions/plan-partitions.ts';
export { type IdRange, type NewestFirst, type ReadRange, readNewestFirst } from './records/newest-first.ts';
export { type HistoryEvent, type HistoryPage, readHistory } from './records/read-history.ts';
export { type PostgresServer, readServer } from './postgres/read-server.ts';
export { StoreError, type StoreErrorCode } from './postgres/store-error.ts';
export { type IsolatedResult, type RejectedRow, storeIsolating } from './storing/store-isolating.ts';
export { summarizeRanges } from './partitions/summarize-ranges.ts';
export { withTransaction } from './postgres/with-transaction.ts';
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
export { fromNumberText } from './losses/number-ranges.ts';
export { type ProducerFacts, noteMarks } from './losses/note-marks.ts';
export { type NumberRange, hasNumber, toNumberText } from './losses/number-ranges.ts';
export {
  type NotedSettings,
  type Observation,
  type Observed,
  noteSettings,
  observe,
  readObservation,
} from './records/observations.ts';
export { type NotingOptions, keepNotingSettings } from './records/keep-noting-settings.ts';
export { type OwnEvent, toOwnRow } from './records/own-event.ts';
export { findStored } from './storing/find-stored.ts';
export { type TransactionClient, storeInTransaction } from './storing/store-in-transaction.ts';
export type { Pool } from 'pg';
export { LineBuffer } from './storing/transcoding/line-buffer.ts';
export { type StorableRow, toEventRow, toTranscodedRow } from './storing/transcoding/transcoded-row.ts';
