import { defineConfig } from 'vitest/config';

// The kind of a test is in its file name; the project follows from it. Only the last three start servers.
const KINDS = ['integration', 'process', 'security'] as const;
const EVERYWHERE = ['**/node_modules/**', '**/dist/**'];
const globalSetup = ['./packages/testkit/src/servers/global-setup.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    // One more than the two cores of the smallest machine: much of a test is waiting for servers and processes.
    maxWorkers: 3,
    // Ends a test that hangs; a busy machine is no reason to fail one.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // What is waited for comes late there, too; the second that is the default failed starts of processes.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // A worker runs one file after the other and loads a module once: 32 s instead of 78 s. Whoever stubs a timer
          // or a variable puts it back. Not so for the others: clients and servers that outlive a file would meet the next.
          isolate: false,
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
