import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { DataOptions } from '@daypass/server';
import { Command, Option } from 'commander';
import { Failure } from '../failure.ts';
import { parseStore } from '../options.ts';
import { print } from '../terminal.ts';

type Server = typeof import('@daypass/server');

export function dataCommand(): Command {
  const commands = [
    subcommand('backup', 'copy the embedded database to a new file while the service goes on')
      .argument('<file>', 'the backup; keep master.key beside it, or it cannot be used')
      .action((file: string, options: DataOptions) => run((server) => server.backUpData(options, file))),

    subcommand('restore', 'put a backup into a data directory that has no database')
      .argument('<file>', 'the backup')
      .action((file: string, options: DataOptions) => run((server) => server.restoreData(options, file))),

    subcommand(
      'export',
      'write pools, providers, roles, identities and logins to stdout as JSON Lines',
    ).action((options: DataOptions) => run((server) => server.exportData(options, toStdout))),

    subcommand('import', 'add what an export holds to what is there')
      .argument('<file>', 'the export; - reads stdin')
      .option('--json', 'answer with JSON')
      .action((file: string, options: DataOptions & { readonly json?: boolean }) =>
        run(async (server) => {
          const input = file === '-' ? process.stdin : createReadStream(file);
          const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
          const { added, present, conflicts } = await server.importData(options, lines);
          print(
            options.json,
            { Added: added, Present: present, Conflicts: conflicts },
            `added ${added}, present ${present}, conflicts ${conflicts.length}`,
          );
          for (const identityId of conflicts)
            process.stderr.write(`a login of ${identityId} is another's here\n`);
          if (conflicts.length > 0) process.exitCode = 1;
        }),
      ),
  ];
  const group = new Command('data').description('back up, restore, export and import the data of a service');
  for (const command of commands) group.addCommand(command);
  return group;
}

function subcommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--data <directory>', 'where state is kept').env('DAYPASS_DATA').default('.daypass'),
    )
    .addOption(
      new Option('--store <store>', 'sqlite or postgres://…')
        .env('DAYPASS_STORE')
        .default('sqlite')
        .argParser(parseStore),
    );
}

/** What keeps the data from being used, or a file from being read, is one line. */
async function run(work: (server: Server) => Promise<void>): Promise<void> {
  const server = await import('@daypass/server');
  try {
    await work(server);
  } catch (error) {
    if (error instanceof server.StartFailure || error instanceof server.NotAnExport || isMissing(error)) {
      throw new Failure(error.message);
    }
    throw error;
  }
}

function isMissing(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function toStdout(line: string): Promise<void> {
  if (!process.stdout.write(line)) await once(process.stdout, 'drain');
}
