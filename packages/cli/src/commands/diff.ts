import { Command } from 'commander';
import { isEffective, plan } from '../stack/plan.ts';
import { print } from '../terminal.ts';
import { addStackOptions, compareFile, describeChanges, type StackFlags } from './stack-options.ts';

export function diffCommand(): Command {
  return addStackOptions(new Command('diff'))
    .description('say what applying a template would change')
    .option('--exit-code', 'end with 1 if something would change')
    .action(async (file: string, flags: StackFlags & { exitCode?: boolean }) => {
      const { context, comparison } = await compareFile(file, flags);
      const changes = await plan(context, comparison);
      print(flags.json, { Stack: context.stack, Changes: changes }, describeChanges(changes));
      if (flags.exitCode && changes.some(isEffective)) process.exitCode = 1;
    });
}
