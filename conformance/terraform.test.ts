import { execFile, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAnswers } from './compatibility/check.ts';
import { type Recorder, startRecorder } from './compatibility/recorder.ts';

/** A directory laid out as Terraform's `filesystem_mirror` wants it, with the AWS provider in it. */
const mirror = [
  ...(process.env.DAYPASS_TERRAFORM_MIRROR ?? '').split(delimiter).filter(Boolean),
  '/opt/tf-plugins',
  '/usr/share/terraform/plugins',
  '/usr/local/share/terraform/plugins',
  join(homedir(), '.terraform.d/plugins'),
].find((directory) => existsSync(join(directory, 'registry.terraform.io/hashicorp/aws')));
const hasTerraform = spawnSync('terraform', ['version'], { env: environment() }).status === 0;
if (!hasTerraform || mirror === undefined) {
  console.warn(
    'Terraform, or its AWS provider in DAYPASS_TERRAFORM_MIRROR, is not there: its tests are skipped.',
  );
}

/** Nothing of this machine's own settings, neither of Terraform nor of AWS. */
function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  // The provider allocates a lot and lives for seconds: collecting its garbage costs half of its time.
  return { PATH: process.env.PATH, CHECKPOINT_DISABLE: '1', GOGC: '400', ...more };
}

/** Minutes that one command of Terraform may take on a busy machine; it starts its provider three times. */
const patience = 5 * 60_000;

describe.runIf(hasTerraform && mirror !== undefined)('Terraform', () => {
  let home: string;
  let daypass: Daypass;
  let recorder: Recorder;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'daypass-terraform-'));
    daypass = await startDaypass({ port: 0, logLevel: 'silent' });
    recorder = await startRecorder(daypass.url);
    writeFileSync(
      join(home, 'terraform.rc'),
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
    );
  });

  afterAll(async () => {
    await recorder.close();
    await daypass.close();
    rmSync(home, { recursive: true, force: true });
  });

  /** A directory with the configuration and a state of its own. */
  async function workspace(name: string) {
    const directory = join(home, name);
    mkdirSync(directory);
    cpSync(new URL('terraform', import.meta.url), directory, { recursive: true });
    const run = (...args: readonly string[]) => terraform(home, directory, recorder.url, daypass, args);
    expect(await run('init', '-no-color')).toMatchObject({ code: 0 });
    return {
      directory,
      apply: (...options: readonly string[]) => run('apply', '-no-color', '-auto-approve', ...options),
      plan: (...options: readonly string[]) => run('plan', '-no-color', '-detailed-exitcode', ...options),
      destroy: () => run('destroy', '-no-color', '-auto-approve'),
    };
  }

  const noDrift = { code: 0, output: expect.stringContaining('No changes.') };

  it(
    'makes, changes, imports and destroys what federation needs, and never sees a drift',
    async () => {
      const first = await workspace('first');
      expect(await first.apply()).toMatchObject(done('17 added, 0 changed, 0 destroyed'));
      expect(await first.plan()).toMatchObject(noDrift);

      expect(await first.apply(changed)).toMatchObject(done('0 added, 11 changed, 1 destroyed'));

      const second = await workspace('second');
      const blocks = JSON.stringify({ import: imports(first.directory) });
      writeFileSync(join(second.directory, 'imports.tf.json'), blocks);
      // Neither changes what is there, so they need not wait for each other.
      const [unchanged, imported] = await Promise.all([first.plan(changed), second.apply(changed)]);
      expect(unchanged).toMatchObject(noDrift);
      // The one change is the user's force_destroy: Terraform's own, which no service can tell.
      expect(imported).toMatchObject(done('16 imported, 0 added, 1 changed, 0 destroyed'));
      expect(await second.plan(changed)).toMatchObject(noDrift);
      expect(await second.destroy()).toMatchObject(done('16 destroyed'));
    },
    8 * patience,
  );

  it('is answered as the compatibility page says', () => {
    checkAnswers('terraform', recorder.calls);
  });
});

const changed = '-var=changed=true';

function done(counts: string) {
  return { code: 0, output: expect.stringContaining(`Resources: ${counts}.`) };
}

function terraform(
  home: string,
  directory: string,
  endpoint: string,
  { rootCredentials }: Daypass,
  args: readonly string[],
): Promise<{ code: number; output: string }> {
  const env = environment({
    HOME: home,
    TMPDIR: home,
    TF_CLI_CONFIG_FILE: join(home, 'terraform.rc'),
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    TF_VAR_endpoint: endpoint,
    AWS_ACCESS_KEY_ID: rootCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rootCredentials.secretAccessKey,
  });
  return new Promise((resolve, reject) => {
    execFile('terraform', args, { cwd: directory, env, timeout: patience }, (error, stdout, stderr) => {
      const code = error?.code ?? 0;
      // Exit code 2 of a plan says that there are changes: for the test to judge, with the plan before its eyes.
      if (typeof code === 'number' && !error?.killed) resolve({ code, output: `${stdout}${stderr}` });
      else reject(error);
    });
  });
}

interface State {
  readonly resources: readonly {
    readonly mode: 'managed' | 'data';
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly index_key?: string;
      readonly attributes: Record<string, string>;
    }[];
  }[];
}

/** An `import` block for everything in the state of a workspace. */
function imports(directory: string): { to: string; id: string }[] {
  const state: State = JSON.parse(readFileSync(join(directory, 'terraform.tfstate'), 'utf8'));
  return state.resources
    .filter(({ mode }) => mode === 'managed')
    .flatMap(({ type, name, instances }) =>
      instances.map(({ index_key: key, attributes }) => ({
        to: `${type}.${name}${key === undefined ? '' : `[${JSON.stringify(key)}]`}`,
        id: importId(type, attributes),
      })),
    );
}

function importId(type: string, { id = '', role, user, policy_arn: policy }: Record<string, string>): string {
  return type.endsWith('_policy_attachment') ? `${role ?? user}/${policy}` : id;
}
