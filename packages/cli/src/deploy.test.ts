import { readFileSync } from 'node:fs';
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
