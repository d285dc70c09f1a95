import { Command } from 'commander';
import { Failure } from '../failure.ts';
import { apply, outputs } from '../stack/apply.ts';
import { type Change, isEffective, plan } from '../stack/plan.ts';
import type { Json } from '../template/json.ts';
import { confirm, harmless, print, table } from '../terminal.ts';
import { addStackOptions, compareFile, describeChanges, type StackFlags } from './stack-options.ts';

export function applyCommand(): Command {
  return addStackOptions(new Command('apply'))
    .description('make pools, roles, policies and providers what a template says')
    .option('--yes', 'do not ask')
    .option('--output <name>', 'print the value of one output and nothing else')
    .action(async (file: string, flags: StackFlags & { yes?: boolean; output?: string }) => {
      const { context, comparison } = await compareFile(file, flags);
      const planned = await plan(context, comparison);
      const effective = planned.filter(isEffective);
      const isQuiet = flags.json || flags.output !== undefined;
      if (!isQuiet) print(false, planned, describeChanges(planned));
      if (
        effective.length > 0 &&
        !flags.yes &&
        !(await confirm(question(context.stack, effective), '--yes'))
      ) {
        throw new Failure('nothing has been changed.');
      }

      const changes: Change[] = [];
      await apply(context, comparison, (change) => changes.push(change));
      const values = outputs(comparison);
      if (flags.output === undefined) {
        const answer = { Stack: context.stack, Changes: changes, Outputs: values };
        print(flags.json, answer, summary(changes, values));
        return;
      }
      const value = Object.hasOwn(values, flags.output) ? values[flags.output] : undefined;
      if (value === undefined) throw new Failure(`the template has no output ${flags.output}.`);
      print(flags.json, value, shown(value));
    });
}

function question(stack: string, changes: readonly Change[]): string {
  const pools = changes.filter(
    ({ action, type }) => action === 'delete' && type === 'AWS::Cognito::IdentityPool',
  );
  const loss = pools.map(({ logicalId }) => `Every identity of ${logicalId} will be gone. `).join('');
  return `${loss}${count(changes)} to ${stack}. Go ahead?`;
}

function summary(changes: readonly Change[], values: Readonly<Record<string, Json>>): string {
  const done = changes.filter(isEffective);
  const rows = Object.entries(values).map(([name, value]) => [`  ${name}`, shown(value)]);
  const heading = done.length === 0 ? 'Nothing to change.' : `${count(done)} made.`;
  return [heading, ...(rows.length > 0 ? ['Outputs:', table(rows)] : [])].join('\n');
}

function shown(value: Json): string {
  return harmless(typeof value === 'string' ? value : JSON.stringify(value));
}

function count({ length }: readonly Change[]): string {
  return length === 1 ? '1 change' : `${length} changes`;
}
