import { Command, Option } from 'commander';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from '../service/connection.ts';
import { harmless, print, styled } from '../terminal.ts';

interface DoctorFlags extends ConnectionFlags {
  readonly origin: string;
  readonly json?: boolean;
}

export function doctorCommand(): Command {
  return addConnectionOptions(new Command('doctor'))
    .description(
      'check service, clock, database, keys, public URL, CORS, providers and brokers, and say what to do',
    )
    .addOption(
      new Option('--origin <url>', 'where your web application lives').default('https://app.example.com'),
    )
    .option('--json', 'answer with JSON')
    .action(async (flags: DoctorFlags) => {
      const findings = await examine(flags.endpoint, flags.origin, () => connect(flags));
      print(flags.json, findings, findings.map(line).join('\n'));
      if (findings.some(({ outcome }) => outcome === 'bad')) process.exitCode = 1;
    });
}

const marks = { good: styled('green', '✓'), doubtful: styled('yellow', '!'), bad: styled('red', '✗') };

function line({ what, outcome, detail, advice }: Finding): string {
  const told = `${marks[outcome]} ${what.padEnd(10)}  ${harmless(detail)}`;
  return advice === undefined ? told : `${told}\n${' '.repeat(14)}${harmless(advice)}`;
}
