import { useEffect, useState } from 'preact/hooks';
import { total, totalsBy } from '../../api/metrics.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { Code } from '../../parts/code.tsx';
import { TextField } from '../../parts/field.tsx';
import { Show, useLoaded } from '../../parts/load.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { hrefOf } from '../../route.ts';
import { Bars, LineChart } from './chart.tsx';
import { allActive, type Counts, count } from './counts.ts';
import { meaningOf } from './refusal-words.ts';
import { exchangeLatency, inTheLastMinute } from './series.ts';
import type { LiveMetrics } from './use-metrics.ts';

/** Milliseconds until what there is is counted again. */
const recount = 30_000;

/** How the service is, at a glance. */
export function Overview({ metrics }: { readonly metrics: LiveMetrics }) {
  const { api } = useDesk();
  const [counts, reload] = useLoaded(async () => {
    const ready = fetch('/_daypass/ready').then(({ ok }) => ok);
    return { ...(await count(api)), ready: await ready };
  }, 'counts');
  useEffect(() => {
    const timer = setInterval(() => document.hidden || reload(), recount);
    return () => clearInterval(timer);
  }, [reload]);
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
              <Figure name="Active today" value={allActive(counts)} href={hrefOf('identities')} />
              <Figure name="Identity pools" value={shown(counts.pools?.length)} href={hrefOf('pools')} />
              <Figure name="Roles" value={shown(counts.roles)} href={hrefOf('roles')} />
              <Figure name="Providers" value={shown(counts.providers)} />
            </ul>
            {counts.pools?.length === 0 && <FirstPool />}
            {metrics.forbidden ? (
              <Token onToken={metrics.useToken} />
            ) : (
              <Live metrics={metrics} counts={counts} />
            )}
          </>
        )}
      </Show>
    </Page>
  );
}

function shown(count: number | undefined): string {
  return count === undefined ? '–' : String(count);
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

function Live({ metrics: { readings }, counts }: { readonly metrics: LiveMetrics; readonly counts: Counts }) {
  const latest = readings.at(-1)?.samples;
  const [pool] = counts.pools ?? [];
  const isUntouched = latest !== undefined && total(latest, 'daypass_exchanges_total') === 0;
  return (
    <>
      {pool !== undefined && isUntouched && <FirstExchange pool={pool.IdentityPoolId} />}
      <div class="charts">
        <LineChart
          title="Exchanges"
          unit="in the last minute"
          tone="violet"
          points={inTheLastMinute(readings, 'daypass_exchanges_total')}
        />
        <LineChart
          title="Refusals"
          unit="in the last minute"
          tone="coral"
          points={inTheLastMinute(readings, 'daypass_refusals_total')}
        />
        <LineChart
          title="Latency"
          unit="ms, 95th percentile"
          tone="teal"
          points={exchangeLatency(readings)}
          format={(value) => (value === 0 ? '–' : value < 10 ? value.toFixed(1) : String(Math.round(value)))}
        />
      </div>
      <div class="charts">
        <Bars
          title="Exchanges, by who came"
          bars={totalsBy(latest ?? [], 'daypass_exchanges_total', 'kind').map(({ label, value }) => ({
            label: kinds[label] ?? label,
            value,
          }))}
          none="None since the service started. The first exchange shows up here within seconds."
        />
        <Bars
          title="Refusals, by reason"
          bars={totalsBy(latest ?? [], 'daypass_refusals_total', 'reason').map((bar) => ({
            ...bar,
            meaning: meaningOf(bar.label),
          }))}
          none="Nobody was refused since the service started. Each refusal is counted here by what the token failed."
        />
        <Bars
          title="Active today, by pool"
          bars={counts.active
            .filter(({ identities }) => identities > 0)
            .map(({ pool, identities, more }) => ({
              label: pool.IdentityPoolName,
              value: identities,
              more,
              href: hrefOf('identities', pool.IdentityPoolId),
            }))}
          none="Nobody came in within a day. An identity is active when it got credentials; that is noted once a minute."
        />
      </div>
    </>
  );
}

const kinds: Readonly<Record<string, string>> = {
  authenticated: 'Users who are signed in',
  unauthenticated: 'Guests',
  role: 'Those who took a role at STS',
};

function FirstExchange({ pool }: { readonly pool: string }) {
  return (
    <Card title="Nobody has come in yet">
      <div class="stack">
        <p class="soft">
          Point an app or the AWS CLI here and the charts below begin to move. If the pool lets guests in,
          these commands are the shortest way; for users, <a href={hrefOf('token', pool)}>try a token</a>{' '}
          first.
        </p>
        <Code
          what="the commands"
          text={`export AWS_ENDPOINT_URL=${location.origin}
ID=$(aws cognito-identity get-id --identity-pool-id ${pool} --query IdentityId --output text)
aws cognito-identity get-credentials-for-identity --identity-id "$ID"`}
        />
      </div>
    </Card>
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
          Whoever reads the metrics must be allowed <code>daypass:GetMetrics</code>, or have the token that
          the service was started with as <code>DAYPASS_METRICS_TOKEN</code>.
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
