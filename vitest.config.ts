import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'examples/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.{ts,tsx}',
      'conformance/**/*.test.ts',
      'scripts/*.test.ts',
    ],
    // Drills that take minutes: npm run test:long.
    exclude: [...configDefaults.exclude, '**/*.long.test.ts'],
    setupFiles: ['./scripts/seed-properties.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Much of a test's time is waiting for a process of its own.
    maxWorkers: '100%',
  },
});
