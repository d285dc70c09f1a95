import { useState } from 'preact/hooks';
import { type EventFilter, everyEvent } from '../../api/audit.ts';
import { listPools } from '../../api/pools.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { CheckField, SelectField, TextField } from '../../parts/field.tsx';
import { Show, useLoaded } from '../../parts/load.tsx';
import { Empty, Failure, Progress } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { Event } from './event.tsx';
import { useEvents } from './use-events.ts';

/** What administrators changed and who was refused, live. */
export function Audit({ pool, identity }: { readonly pool: string; readonly identity: string }) {
  const { api } = useDesk();
  const [pools] = useLoaded(() => listPools(api), 'pools');
  const first = { ...everyEvent, pool, identity };
  return (
    <Page
      title="Audit"
      lead="What administrators changed and who was refused, with the reason that the caller was not told."
    >
      <Show what="the pools" loaded={pools}>
        {(pools) => (
          <Search
            key={`${pool}/${identity}`}
            first={first}
            pools={pools.map(({ IdentityPoolId, IdentityPoolName }) => ({
              value: IdentityPoolId,
              label: IdentityPoolName,
            }))}
          />
        )}
      </Show>
    </Page>
  );
}

function Search({
  first,
  pools,
}: {
  readonly first: EventFilter;
  readonly pools: readonly { readonly value: string; readonly label: string }[];
}) {
  const [filter, setFilter] = useState(first);
  const [asked, setAsked] = useState(first);
  const [within, setWithin] = useState('');
  const [isLive, setLive] = useState(true);
  const change = (part: Partial<EventFilter>): void => setFilter({ ...filter, ...part });
  return (
    <>
      <Card>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            setAsked({
              ...filter,
              identity: filter.identity.trim(),
              operation: filter.operation.trim(),
              request: filter.request.trim(),
              since: within === '' ? 0 : Math.floor(Date.now() / 1000) - Number(within),
            });
          }}
        >
          <div class="row">
            <SelectField
              label="Outcome"
              value={filter.outcome}
              options={[
                { value: '', label: 'any' },
                { value: 'REFUSED', label: 'refused' },
                { value: 'DONE', label: 'done' },
              ]}
              onChange={(outcome) =>
                change({ outcome: outcome === 'REFUSED' || outcome === 'DONE' ? outcome : '' })
              }
            />
            <SelectField
              label="Pool"
              value={filter.pool}
              options={[{ value: '', label: 'any' }, ...pools]}
              onChange={(pool) => change({ pool })}
            />
            <TextField
              label="Operation"
              placeholder="GetId"
              value={filter.operation}
              onInput={(operation) => change({ operation })}
              mono
            />
          </div>
          <div class="row">
            <TextField
              label="Identity id"
              placeholder="us-east-1:…"
              value={filter.identity}
              onInput={(identity) => change({ identity })}
              mono
            />
            <TextField
              label="Request id"
              value={filter.request}
              onInput={(request) => change({ request })}
              mono
            />
            <SelectField
              label="Within"
              value={within}
              options={[
                { value: '', label: 'the thirty days that are kept' },
                { value: '3600', label: 'an hour' },
                { value: '86400', label: 'a day' },
                { value: '604800', label: 'a week' },
              ]}
              onChange={setWithin}
            />
            <Button type="submit" kind="primary">
              Search
            </Button>
          </div>
          <CheckField label="Go on with what happens" checked={isLive} onChange={setLive} />
        </form>
      </Card>
      <Events key={JSON.stringify(asked)} filter={asked} isLive={isLive} />
    </>
  );
}

function Events({ filter, isLive }: { readonly filter: EventFilter; readonly isLive: boolean }) {
  const { found, busy, error, showMore } = useEvents(filter, isLive);
  const isFiltered = JSON.stringify(filter) !== JSON.stringify(everyEvent);
  return (
    <>
      <Failure error={error} />
      {found === undefined && busy && <Progress>Looking for events …</Progress>}
      {found?.events.length === 0 && <Nothing isFiltered={isFiltered} />}
      {found !== undefined && found.events.length > 0 && (
        <Card class="listing">
          <ol class="events">
            {found.events.map((event) => (
              <Event key={event.eventID} event={event} />
            ))}
          </ol>
        </Card>
      )}
      {found?.next !== undefined && (
        <Button busy={busy} onClick={showMore}>
          {busy ? 'Looking further back …' : 'Show more'}
        </Button>
      )}
    </>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  return (
    <Empty title={isFiltered ? 'Nothing fits' : 'Nothing has happened yet'} icon="audit">
      <p>
        Every change by an administrator and every refusal is kept for thirty days
        {isFiltered ? '; look for less at once.' : ', and shows up here within seconds.'}
      </p>
      <p>
        Exchanges that went well are too many to keep: start the service with <code>--audit</code> and a file
        or a webhook to get those as well.
      </p>
    </Empty>
  );
}
