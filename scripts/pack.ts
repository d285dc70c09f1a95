import { pack, packages, stage } from './stage.ts';

/** `node scripts/pack.ts [FOLDER…]` builds the packages in `packages/` as they are published, and packs them. */
const wanted = process.argv.slice(2);
for (const folder of wanted.length > 0 ? wanted : packages) {
  if (!packages.includes(folder)) {
    console.error(`usage: node scripts/pack.ts [FOLDER…], where FOLDER is one of ${packages.join(', ')}`);
    process.exit(2);
  }
  console.log(pack(stage(folder)));
}
