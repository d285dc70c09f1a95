import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStructure } from './structure.ts';

/** A small house: each file with the modules it imports. */
type House = Readonly<Record<string, readonly string[]>>;

describe('the structure check', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'daypass-structure-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function build(house: House): void {
    for (const [file, imports] of Object.entries(house)) {
      mkdirSync(join(root, file, '..'), { recursive: true });
      const lines = imports.map((specifier, index) => `import * as m${index} from '${specifier}';`);
      const uses = imports.map((_, index) => `m${index}`).join(', ');
      writeFileSync(join(root, file), `${lines.join('\n')}\nexport const uses: unknown[] = [${uses}];\n`);
    }
  }

  const server = 'packages/server/src';

  it.each<{ rule: string; house: House }>([
    {
      rule: 'floor-1-store-and-keys',
      house: { [`${server}/store/a.ts`]: ['../federation/b.ts'], [`${server}/federation/b.ts`]: [] },
    },
    {
      rule: 'floor-2-tokens-credentials-access',
      house: { [`${server}/tokens/a.ts`]: ['../api/b.ts'], [`${server}/api/b.ts`]: [] },
    },
    {
      rule: 'floor-3-federation',
      house: { [`${server}/federation/a.ts`]: ['../http/b.ts'], [`${server}/http/b.ts`]: [] },
    },
    {
      rule: 'api-and-gateway-are-neighbours',
      house: { [`${server}/gateway/a.ts`]: ['../api/b.ts'], [`${server}/api/b.ts`]: [] },
    },
    {
      rule: 'no-circles',
      house: { [`${server}/store/a.ts`]: ['./b.ts'], [`${server}/store/b.ts`]: ['./a.ts'] },
    },
    { rule: 'client-runs-anywhere', house: { 'packages/client/src/a.ts': ['node:fs'] } },
    { rule: 'policy-is-pure', house: { 'packages/policy/src/a.ts': ['node:crypto'] } },
  ])('refuses an import against $rule', async ({ rule, house }) => {
    build(house);
    const { modules, violations } = await checkStructure(['packages'], root);
    expect(modules).toBeGreaterThan(0);
    expect(violations.some((violation) => violation.startsWith(`${rule}:`))).toBe(true);
  });

  it('looks into the components of apps', async () => {
    build({ 'apps/a/src/a.tsx': ['../../../packages/policy/src/b.ts'], 'packages/policy/src/b.ts': [] });
    const { violations } = await checkStructure(['apps/a/src'], root);
    expect(violations).toEqual(['packages-by-their-face: apps/a/src/a.tsx → packages/policy/src/b.ts']);
  });

  it('lets imports go down', async () => {
    build({ [`${server}/federation/a.ts`]: ['../store/b.ts'], [`${server}/store/b.ts`]: [] });
    expect((await checkStructure(['packages'], root)).violations).toEqual([]);
  });
});
