export {
  type ClassifiedError,
  type PostgresErrorKind,
  classifyPostgresError,
  toStoreError,
} from './classify-postgres-error.ts';
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
  type EnsurePartitionsOptions,
  type EnsuredPartitions,
  type Partition,
  ensurePartitions,
  listPartitions,
} from './ensure-partitions.ts';
export { type MigrateOptions, type MigrateResult, migrate } from './migrate.ts';
export {
  type PartitionRange,
  type PartitionWidth,
  choosePartitionWidth,
  planPartitions,
  toPartitionName,
} from './plan-partitions.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
export type { Pool } from 'pg';
