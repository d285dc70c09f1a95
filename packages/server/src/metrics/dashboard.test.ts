import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openMetrics } from './metrics.ts';

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const dashboard: { readonly panels: readonly Panel[] } = JSON.parse(
  readFileSync(new URL('../../../../deploy/grafana-dashboard.json', import.meta.url), 'utf8'),
);
const graphs = dashboard.panels.filter(({ type }) => type === 'timeseries');

/** Only the process that starts the workers counts these. */
const ofPrimary = ['daypass_workers', 'daypass_worker_restarts_total'];

describe('the Grafana dashboard', () => {
  it('shows something', () => expect(graphs.length).toBeGreaterThan(10));

  it.each(graphs.map(({ title, targets = [] }) => [title, targets.map(({ expr }) => expr)] as const))(
    'asks for metrics that there are: %s',
    async (_title, expressions) => {
      const names = (await openMetrics().snapshot()).map((metric) => ('name' in metric ? metric.name : ''));
      const known = new Set([...names, ...ofPrimary]);
      const asked = expressions.flatMap((expr) => expr.match(/\b(?:daypass|process|nodejs)_\w+/g) ?? []);
      expect(asked.length).toBeGreaterThanOrEqual(expressions.length);
      expect(asked.filter((name) => !known.has(name.replace(/_bucket$/, '')))).toEqual([]);
    },
  );
});
