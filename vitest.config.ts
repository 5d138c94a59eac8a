import { defineConfig } from 'vitest/config';

// The kind of a test is in its file name; the project follows from it. Only the last three start servers.
const KINDS = ['integration', 'process', 'security'] as const;
const EVERYWHERE = ['**/node_modules/**', '**/dist/**'];
const globalSetup = ['./packages/testkit/src/servers/global-setup.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // Ends a test that hangs; a busy machine is no reason to fail one.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/test/**/*.test.ts'],
          exclude: [...EVERYWHERE, ...KINDS.map((kind) => `**/*.${kind}.test.ts`)],
        },
      },
      ...KINDS.map((kind) => ({
        extends: true as const,
        test: { name: kind, include: [`**/test/**/*.${kind}.test.ts`], exclude: EVERYWHERE, globalSetup },
      })),
    ],
  },
});
