import { checkStructure } from './structure.ts';

const { modules, violations } = await checkStructure(
  ['packages', 'examples', 'apps/console/src', 'conformance', 'bench'],
  process.cwd(),
);
for (const violation of violations) console.error(violation);
console.log(`structure: ${modules} modules, ${violations.length} violations`);
// No module with imports at all means that the parser read nothing.
process.exitCode = violations.length > 0 || modules < 50 ? 1 : 0;
