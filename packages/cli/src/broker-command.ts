import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { applyAtPool, applyAtTarget } from './broker/apply.ts';
import { instructions } from './broker/instructions.ts';
import { type PlaceFlags, placeOf } from './broker/places.ts';
import { readRegistration, targets } from './broker/registration.ts';
import { type Environment, parseAccount, parseRegion, parseUrl } from './options.ts';
import type { Endpoint } from './service/aws-api.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from './service/connection.ts';
import { wholeKey } from './service/credentials-file.ts';
import { harmless } from './terminal.ts';
import { UsageError } from './usage-error.ts';

interface SetupFlags extends ConnectionFlags, PlaceFlags {
  readonly pool: string;
  readonly sessionPolicy?: string;
  readonly apply?: boolean;
}

export function brokerCommand(): Command {
  return new Command('broker')
    .description('let a pool hand out the credentials of a foreign STS')
    .addCommand(setupCommand());
}

function setupCommand(): Command {
  return addConnectionOptions(new Command('setup'))
    .description('print what must be registered at the foreign STS and at the pool, or do it')
    .addOption(new Option('--target <name>', 'what is there').choices(targets).makeOptionMandatory())
    .requiredOption('--pool <id>', 'the identity pool')
    .addOption(new Option('--target-endpoint <url>', 'its address; AWS’s own by default').argParser(parseUrl))
    .addOption(
      new Option('--target-region <name>', 'AWS: the region of its STS')
        .default('us-east-1')
        .argParser(parseRegion),
    )
    .addOption(
      new Option('--target-account <number>', 'AWS: the account; Ceph: the tenant').argParser(parseAccount),
    )
    .option('--target-role-arn <arn>', 'MinIO: the role’s ARN, as MinIO shows it')
    .option('--session-policy <file>', 'what signed-in sessions are narrowed to, with variables to fill in')
    .option(
      '--apply',
      'do it, at AWS and Ceph with the key in DAYPASS_TARGET_ACCESS_KEY_ID and DAYPASS_TARGET_SECRET_ACCESS_KEY',
    )
    .action(async (flags: SetupFlags) => {
      const place = placeOf(flags);
      const service = await connect(flags);
      const policy = flags.sessionPolicy && (await readPolicy(flags.sessionPolicy));
      const registration = await readRegistration(service, place, flags.pool, policy);
      if (!flags.apply) {
        process.stdout.write(harmlessLines(instructions(registration)));
        return;
      }
      const done = (what: string) => process.stdout.write(`${harmless(what)}\n`);
      if (place.target === 'aws' || place.target === 'ceph') {
        await applyAtTarget(targetIam(flags), registration, done);
      } else if (place.target === 'minio' && flags.targetRoleArn === undefined) {
        throw new UsageError('MinIO is told by mc; then --apply needs --target-role-arn.');
      }
      await applyAtPool(service, registration, done);
    });
}

/** The JSON text in the file, without the white space of people. */
async function readPolicy(file: string): Promise<string> {
  try {
    return JSON.stringify(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    throw new UsageError(`${file} cannot be read as JSON.`);
  }
}

/** The target's IAM with the operator's key to it, which is never an argument. */
function targetIam(
  { target, targetEndpoint, targetRegion }: PlaceFlags,
  environment: Environment = process.env,
): Endpoint {
  const key = wholeKey(
    environment.DAYPASS_TARGET_ACCESS_KEY_ID,
    environment.DAYPASS_TARGET_SECRET_ACCESS_KEY,
    environment.DAYPASS_TARGET_SESSION_TOKEN,
  );
  if (key === undefined) {
    throw new UsageError(
      '--apply needs the environment variables DAYPASS_TARGET_ACCESS_KEY_ID and DAYPASS_TARGET_SECRET_ACCESS_KEY.',
    );
  }
  const url = targetEndpoint ?? 'https://iam.amazonaws.com';
  // AWS's IAM is one for all regions, and is signed for this one.
  return { url, region: target === 'aws' && !targetEndpoint ? 'us-east-1' : targetRegion, ...key };
}

function harmlessLines(text: string): string {
  return text.split('\n').map(harmless).join('\n');
}
