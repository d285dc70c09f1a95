import { readFileSync } from 'node:fs';
import { cruise, type ICruiseOptions } from 'dependency-cruiser';

export interface Structure {
  /** Source modules that were really read: none means the check is blind. */
  readonly modules: number;
  readonly violations: readonly string[];
}

/** Holds the floors of the house: the rules of `.dependency-cruiser.json` on the modules below `paths`. */
export async function checkStructure(paths: readonly string[], baseDir: string): Promise<Structure> {
  const config: { forbidden: unknown[]; options: ICruiseOptions } = JSON.parse(
    readFileSync(new URL('../.dependency-cruiser.json', import.meta.url), 'utf8'),
  );
  const { output } = await cruise([...paths], {
    ...config.options,
    baseDir,
    validate: true,
    ruleSet: { forbidden: config.forbidden as never },
  });
  if (typeof output === 'string')
    throw new Error('dependency-cruiser answered with a report instead of a result');
  return {
    modules: output.modules.filter(
      ({ source, dependencies }) => source.endsWith('.ts') && dependencies.length > 0,
    ).length,
    violations: output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
  };
}
