import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Stands in for Jest in this repository's own test run: the same globals, then the spec file as it is.
Object.assign(globalThis, { afterAll, beforeAll, describe, expect, it });
await import('./federation.spec.js');
