import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, parseDocument } from 'yaml';
import { addStartOptions } from './start-command.ts';

const read = (file: string) => readFileSync(new URL(`../../../deploy/${file}`, import.meta.url), 'utf8');

/** Variables that are no option because they are secrets, or that an option's own variable stands for. */
const secrets = ['DAYPASS_MASTER_KEY', 'DAYPASS_METRICS_TOKEN', 'DAYPASS_EVENTS_SECRET'];
const variables = new Set([
  ...addStartOptions(new Command()).options.flatMap(({ envVar }) => envVar ?? []),
  ...secrets,
]);

describe('what is in deploy/', () => {
  it.each(['Dockerfile', 'compose.yaml', 'kubernetes.yaml', 'daypass.service'])(
    '%s sets options that there are',
    (file) => {
      const used = read(file).match(/\bDAYPASS_[A-Z0-9_]+/g) ?? [];
      expect(used.length).toBeGreaterThan(0);
      expect(used.filter((name) => !variables.has(name))).toEqual([]);
    },
  );

  it('is YAML without errors or warnings', () => {
    const documents = [parseDocument(read('compose.yaml')), ...parseAllDocuments(read('kubernetes.yaml'))];
    for (const document of documents) {
      if (!('errors' in document)) continue;
      expect([...document.errors, ...document.warnings]).toEqual([]);
    }
    expect(documents.length).toBe(4);
  });

  it('has a Kubernetes Deployment whose parts find each other', () => {
    const [deployment, service, budget] = parseAllDocuments(read('kubernetes.yaml')).map((document) =>
      document.toJS(),
    );
    expect([deployment.kind, service.kind, budget.kind]).toEqual([
      'Deployment',
      'Service',
      'PodDisruptionBudget',
    ]);
    const { labels } = deployment.spec.template.metadata;
    expect(deployment.spec.selector.matchLabels).toEqual(labels);
    expect(service.spec.selector).toEqual(labels);
    expect(budget.spec.selector.matchLabels).toEqual(labels);
    const { containers, volumes } = deployment.spec.template.spec;
    const [container] = containers;
    const [port] = container.ports;
    expect(service.spec.ports[0].targetPort).toBe(port.name);
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      expect(container[probe].httpGet.port).toBe(port.name);
    }
    const names = ({ name }: { name: string }) => name;
    expect(container.volumeMounts.map(names)).toEqual(volumes.map(names));
  });
});

const repository = new URL('../../../', import.meta.url);
const isThere = (path: string) => existsSync(new URL(path, repository));

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** A Dockerfile's instructions, each on one line. */
function instructions(text: string): Instruction[] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ name: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1).trim() }));
}

describe('the Dockerfile', () => {
  const all = instructions(read('Dockerfile'));
  const last = all.slice(all.findLastIndex(({ name }) => name === 'FROM'));
  const copies = all
    .filter(({ name }) => name === 'COPY')
    .map(({ rest }) => ({
      from: /^--from=(\S+)/.exec(rest)?.[1],
      sources: rest
        .replace(/^--\S+\s+/, '')
        .split(/\s+/)
        .slice(0, -1),
    }));
  const ofRepository = copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources);

  it('has instructions that there are', () => {
    const known =
      /^(?:FROM|WORKDIR|COPY|RUN|ENV|USER|VOLUME|EXPOSE|HEALTHCHECK|STOPSIGNAL|ENTRYPOINT|CMD|ARG|LABEL)$/;
    expect(all.filter(({ name }) => !known.test(name))).toEqual([]);
  });

  it('copies what is in the repository, and what the builder is sent', () => {
    const sent = read('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(ofRepository.filter((source) => !isThere(source))).toEqual([]);
    const isSent = (source: string) => sent.some((path) => source === path || source.startsWith(`${path}/`));
    expect(ofRepository.filter((source) => !isSent(source))).toEqual([]);
  });

  it('copies every package that the command line needs', () => {
    const needed = (folder: string): string[] => {
      const manifest = JSON.parse(readFileSync(new URL(`${folder}/package.json`, repository), 'utf8'));
      const own = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@daypass/'));
      return [folder, ...own.flatMap((name) => needed(`packages/${name.slice('@daypass/'.length)}`))];
    };
    const folders = new Set(needed('packages/cli'));
    expect([...folders].filter((folder) => !ofRepository.includes(folder))).toEqual([]);
    expect([...folders].filter((folder) => !ofRepository.includes(`${folder}/package.json`))).toEqual([]);
  });

  it('builds in stages that it names', () => {
    const stages = all.flatMap(({ name, rest }) =>
      name === 'FROM' ? (/ AS (\S+)$/.exec(rest)?.[1] ?? []) : [],
    );
    expect(copies.flatMap(({ from }) => from ?? []).filter((from) => !stages.includes(from))).toEqual([]);
    expect(all.filter(({ name }) => name === 'FROM').length).toBe(2);
  });

  it('runs as nobody in particular, from files that user cannot change', () => {
    const user = last.findIndex(({ name }) => name === 'USER');
    expect(last[user]?.rest).toBe('node');
    expect(last.slice(user).filter(({ name }) => name === 'COPY' || name === 'RUN')).toEqual([]);
    expect(last.filter(({ name, rest }) => name === 'COPY' && /--ch(?:own|mod)/.test(rest))).toEqual([]);
  });

  it('starts what is there, without a shell between it and its signals, and asks whether it lives', () => {
    const restOf = (wanted: string) => last.find(({ name }) => name === wanted)?.rest ?? '';
    const entry: string[] = JSON.parse(restOf('ENTRYPOINT'));
    expect(isThere(entry[1]?.replace(/^\/app\//, '') ?? '')).toBe(true);
    expect(JSON.parse(restOf('CMD'))).toEqual(['start']);
    expect(restOf('HEALTHCHECK')).toContain('/_daypass/health');
  });
});

describe('compose.yaml', () => {
  const { services, volumes } = parseDocument(read('compose.yaml')).toJS();

  it('has parts that find each other', () => {
    expect(isThere(services.daypass.build.dockerfile)).toBe(true);
    for (const [name, { condition }] of Object.entries<{ condition: string }>(services.daypass.depends_on)) {
      expect(condition).toBe('service_healthy');
      expect(services[name].healthcheck).toBeDefined();
      expect(services.daypass.environment.DAYPASS_STORE).toContain(`@${name}:`);
    }
    const mounted = Object.values<{ volumes: string[] }>(services).flatMap((service) =>
      service.volumes.map((volume) => volume.split(':')[0]),
    );
    expect(mounted.sort()).toEqual(Object.keys(volumes).sort());
  });

  it('holds no secret, and does not start without one', () => {
    for (const name of ['DAYPASS_MASTER_KEY', 'POSTGRES_PASSWORD']) {
      expect(read('compose.yaml')).toContain(`\${${name}:?}`);
    }
  });
});

describe('daypass.service', () => {
  const unit = fileURLToPath(new URL('deploy/daypass.service', repository));
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  if (verified.error) console.warn('systemd is not on this machine: the unit is not verified.');

  it.runIf(!verified.error)('is what systemd understands', () => {
    expect(verified.stderr.split('\n').filter((line) => line.includes('daypass.service'))).toEqual([]);
  });

  it('starts what is there, and is started again after all but what a person must mend', () => {
    const text = readFileSync(unit, 'utf8');
    const [, script = ''] = /^ExecStart=\S+ node \/opt\/daypass\/(\S+) start$/m.exec(text) ?? [];
    expect(isThere(script)).toBe(true);
    expect(text).toMatch(/^Restart=on-failure$/m);
    expect(text).toMatch(/^RestartPreventExitStatus=2$/m);
  });
});
