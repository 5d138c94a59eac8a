import { defineConfig } from 'tsdown';

/**
 * Plain JavaScript for Node 20 and newer, as ESM and CommonJS. The workspace's packages are inlined, those of npm are
 * not; `lua/` and `sql/` are copied beside `dist/`, where the code finds them as it does beside `src/`.
 */
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    internal: 'src/internal.ts',
    events: 'src/events/index.ts',
    middleware: 'src/middleware/index.ts',
    fastify: 'src/middleware/fastify/index.ts',
    hono: 'src/middleware/hono/index.ts',
    winston: 'src/transports/winston/index.ts',
    pino: 'src/transports/pino/index.ts',
  },
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node20.19',
  // The generator emits declarations below the folder of this file only, and those of schema are inlined too.
  dts: { tsconfig: '../tsconfig.client.json' },
  tsconfig: '../tsconfig.client.json',
  // pino takes the default export of its targets, which stands beside named ones.
  outputOptions: { exports: 'named' },
  shims: true,
  fixedExtension: true,
  clean: true,
  deps: { alwaysBundle: [/^@auditlane\//] },
  copy: [
    // What enqueueing and storing need, and no more: the migrations and the worker's scripts stay at home.
    { from: '../queue/lua/{enqueue,count,last_push,park,retire,tell_buffered}.lua', to: 'lua' },
    { from: '../store/sql/queries/{store_idempotent,find_conflicting,find_stored}.sql', to: 'sql/queries' },
  ],
});
