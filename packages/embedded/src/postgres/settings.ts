/** Settings of a server, by their names in its own documentation. */
export type PostgresSettings = Readonly<Record<string, string>>;

/** What `npm start` and the compose file run with: a team's machine with a few GB to spare. */
export const POSTGRES_SETTINGS = {
  max_connections: '200',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  maintenance_work_mem: '64MB',
  checkpoint_completion_target: '0.9',
  wal_buffers: '16MB',
  work_mem: '4MB',
  min_wal_size: '1GB',
  max_wal_size: '4GB',
} as const satisfies PostgresSettings;

/** Small and fast, for tests. Crash tests must not use it as it is: without fsync a killed machine loses commits. */
export const POSTGRES_TEST_SETTINGS = {
  max_connections: '200',
  shared_buffers: '64MB',
  fsync: 'off',
  full_page_writes: 'off',
  max_wal_size: '512MB',
} as const satisfies PostgresSettings;
