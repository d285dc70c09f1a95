import { useState } from 'preact/hooks';
import type { Api } from '../../api/client.ts';
import { totalsBy } from '../../api/metrics.ts';
import { listPools } from '../../api/pools.ts';
import { listRoles } from '../../api/roles.ts';
import { membersAt } from '../../api/xml.ts';
import { useDesk } from '../../frame/desk.ts';
import { Button } from '../../parts/button.tsx';
import { TextField } from '../../parts/field.tsx';
import { Show, useLoaded } from '../../parts/load.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { hrefOf } from '../../route.ts';
import { Bars, LineChart } from './chart.tsx';
import { exchangeLatency, perMinute } from './series.ts';
import type { LiveMetrics } from './use-metrics.ts';

/** How the service is, at a glance. */
export function Overview({ metrics }: { readonly metrics: LiveMetrics }) {
  const { api } = useDesk();
  const [counts] = useLoaded(() => count(api), 'counts');
  return (
    <Page title="Overview" lead="How the service is and what it does, live.">
      <Show what="the counts" loaded={counts}>
        {(counts) => (
          <>
            <ul class="figures">
              <Figure
                name="Service"
                value={counts.ready ? 'Ready' : 'Not ready'}
                tone={counts.ready ? 'good' : 'bad'}
              />
              <Figure name="Identity pools" value={String(counts.pools)} href={hrefOf('pools')} />
              <Figure name="Identities seen today" value={counts.seen} href={hrefOf('identities')} />
              <Figure name="Roles" value={String(counts.roles)} href={hrefOf('roles')} />
              <Figure name="Providers" value={String(counts.providers)} />
            </ul>
            {counts.pools === 0 && <FirstPool />}
          </>
        )}
      </Show>
      {metrics.forbidden ? <Token onToken={metrics.useToken} /> : <Live metrics={metrics} />}
    </Page>
  );
}

function Figure({
  name,
  value,
  tone,
  href,
}: {
  readonly name: string;
  readonly value: string;
  readonly tone?: 'good' | 'bad';
  readonly href?: string;
}) {
  const content = (
    <>
      <span class="figure-name">{name}</span>
      <strong class={tone}>{value}</strong>
    </>
  );
  return <li class="figure">{href === undefined ? <div>{content}</div> : <a href={href}>{content}</a>}</li>;
}

function Live({ metrics: { readings } }: { readonly metrics: LiveMetrics }) {
  const latest = readings.at(-1)?.samples ?? [];
  return (
    <>
      <div class="charts">
        <LineChart
          title="Exchanges"
          unit="per minute"
          tone="violet"
          points={perMinute(readings, 'daypass_exchanges_total')}
        />
        <LineChart
          title="Refusals"
          unit="per minute"
          tone="coral"
          points={perMinute(readings, 'daypass_refusals_total')}
        />
        <LineChart
          title="Exchange latency, p95"
          unit="ms"
          tone="teal"
          points={exchangeLatency(readings)}
          format={(value) => (value < 10 ? value.toFixed(1) : String(Math.round(value)))}
        />
      </div>
      <div class="columns">
        <Bars
          title="Credentials handed out, by provider"
          bars={totalsBy(latest, 'daypass_exchanges_total', 'provider')}
          none="None since the service started. The first exchange shows up here within seconds."
        />
        <Bars
          title="Refusals, by reason"
          bars={totalsBy(latest, 'daypass_refusals_total', 'reason')}
          none="Nobody was refused since the service started."
        />
      </div>
    </>
  );
}

function Token({ onToken }: { readonly onToken: (token: string) => void }) {
  const [token, setToken] = useState('');
  return (
    <Card title="Live figures are locked">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onToken(token.trim());
        }}
      >
        <p class="soft">
          The service shows its metrics to its own machine, or to whoever has the token that it was started
          with as <code>DAYPASS_METRICS_TOKEN</code>.
        </p>
        <TextField label="Metrics token" secret value={token} onInput={setToken} required mono />
        <Button type="submit" kind="primary">
          Show the live figures
        </Button>
      </form>
    </Card>
  );
}

function FirstPool() {
  return (
    <Empty
      title="Make your first identity pool"
      icon="pools"
      action={
        <a class="button primary" href={hrefOf('pools', 'new')}>
          Create a pool
        </a>
      }
    >
      <p>
        A pool says whose tokens count – Google, your own OpenID provider, a user pool – and which role their
        users get. Apps need nothing but its id.
      </p>
    </Empty>
  );
}

interface Counts {
  readonly ready: boolean;
  readonly pools: number;
  readonly roles: number;
  readonly providers: number;
  /** A number, or `60+` where there are more than one page of a pool. */
  readonly seen: string;
}

async function count(api: Api): Promise<Counts> {
  const [ready, pools, roles, oidc, saml] = await Promise.all([
    fetch('/_daypass/ready').then(({ ok }) => ok),
    listPools(api),
    listRoles(api),
    api.iam('ListOpenIDConnectProviders'),
    api.iam('ListSAMLProviders'),
  ]);
  const From = Math.floor(Date.now() / 1000) - 24 * 60 * 60;
  const seen = await Promise.all(
    pools.slice(0, 20).map(({ IdentityPoolId }) =>
      api.daypass<{ Identities: unknown[]; NextToken?: string }>('FindIdentities', {
        IdentityPoolId,
        LastSeen: { From },
        MaxResults: 60,
      }),
    ),
  );
  const isMore = pools.length > 20 || seen.some(({ NextToken }) => NextToken !== undefined);
  const known = seen.reduce((sum, { Identities }) => sum + Identities.length, 0);
  return {
    ready,
    pools: pools.length,
    roles: roles.length,
    providers:
      membersAt(oidc, 'OpenIDConnectProviderList').length + membersAt(saml, 'SAMLProviderList').length,
    seen: `${known}${isMore ? '+' : ''}`,
  };
}
