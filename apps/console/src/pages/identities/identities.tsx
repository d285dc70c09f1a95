import { useEffect, useState } from 'preact/hooks';
import { findIdentities, type Identity, isGuest, type Search } from '../../api/identities.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { useDoing } from '../../parts/load.tsx';
import { Badge, Empty, Failure, Progress } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { PoolChoice } from '../../parts/pool-choice.tsx';
import { Ago } from '../../parts/time.tsx';
import { goTo, hrefOf } from '../../route.ts';
import { IdentityPage } from './identity-page.tsx';

/** The identities of a pool, to be searched; or one of them. */
export function Identities({ pool, id }: { readonly pool: string; readonly id: string }) {
  if (id !== '') return <IdentityPage pool={pool} id={id} />;
  return (
    <Page
      title="Identities"
      lead="Whose identity is this, and which identity has this user? Search by provider, by the user’s subject there, or by identity id."
    >
      <PoolChoice id={pool} onChange={(id) => goTo('identities', id)}>
        {({ IdentityPoolId }) => <SearchPool key={IdentityPoolId} pool={IdentityPoolId} />}
      </PoolChoice>
    </Page>
  );
}

const everybody: Search = { provider: '', subject: '', id: '' };

function SearchPool({ pool }: { readonly pool: string }) {
  const { api } = useDesk();
  const [search, setSearch] = useState(everybody);
  const [asked, setAsked] = useState(everybody);
  const [found, setFound] = useState<readonly Identity[]>();
  const [next, setNext] = useState<string>();
  const { busy, error, run } = useDoing();
  const look = (search: Search, from: readonly Identity[], next?: string): Promise<void> =>
    run(async () => {
      setAsked(search);
      const page = await findIdentities(api, pool, search, { next });
      setFound([...from, ...page.Identities]);
      setNext(page.NextToken);
    });
  useEffect(() => {
    look(everybody, []);
  }, [pool]);
  return (
    <>
      <Card>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            look(
              {
                ...search,
                provider: search.provider.trim(),
                subject: search.subject.trim(),
                id: search.id.trim(),
              },
              [],
            );
          }}
        >
          <div class="row">
            <TextField
              label="Provider"
              placeholder="accounts.google.com"
              value={search.provider}
              onInput={(provider) => setSearch({ ...search, provider })}
              mono
            />
            <TextField
              label="Subject begins with"
              value={search.subject}
              onInput={(subject) => setSearch({ ...search, subject })}
              mono
            />
            <TextField
              label="Identity id begins with"
              value={search.id}
              onInput={(id) => setSearch({ ...search, id })}
              mono
            />
            <SelectField
              label="State"
              value={String(search.enabled ?? '')}
              options={[
                { value: '', label: 'any' },
                { value: 'true', label: 'enabled' },
                { value: 'false', label: 'disabled' },
              ]}
              onChange={(state) =>
                setSearch({ ...search, enabled: state === '' ? undefined : state === 'true' })
              }
            />
            <Button type="submit" kind="primary" busy={busy}>
              Search
            </Button>
          </div>
        </form>
      </Card>
      <Failure error={error} />
      {found === undefined && error === undefined && <Progress>Searching …</Progress>}
      {found?.length === 0 && !busy && <Nobody isFiltered={asked !== everybody} pool={pool} />}
      {found !== undefined && found.length > 0 && <Results pool={pool} found={found} />}
      {next !== undefined && (
        <Button busy={busy} onClick={() => look(asked, found ?? [], next)}>
          Show more
        </Button>
      )}
    </>
  );
}

function Results({ pool, found }: { readonly pool: string; readonly found: readonly Identity[] }) {
  return (
    <Card class="listing">
      <table>
        <thead>
          <tr>
            <th scope="col">Identity</th>
            <th scope="col">Logins</th>
            <th scope="col">Last seen</th>
            <th scope="col">First seen</th>
          </tr>
        </thead>
        <tbody>
          {found.map((identity) => (
            <tr key={identity.IdentityId}>
              <td>
                <a class="mono" href={hrefOf('identities', pool, identity.IdentityId)}>
                  {identity.IdentityId}
                </a>
              </td>
              <td>
                {isGuest(identity) && <Badge tone="plain">Guest</Badge>}
                {!identity.Enabled && <Badge tone="bad">Disabled</Badge>}
                <ul>
                  {identity.Logins.map(({ Provider, Subject }) => (
                    <li key={`${Provider} ${Subject}`}>
                      <strong>{Subject}</strong> <span class="soft">at {Provider}</span>
                    </li>
                  ))}
                </ul>
              </td>
              <td data-name="Last seen">
                <Ago at={identity.LastSeenDate} />
              </td>
              <td data-name="First seen">
                <Ago at={identity.CreationDate} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Nobody({ isFiltered, pool }: { readonly isFiltered: boolean; readonly pool: string }) {
  if (isFiltered) {
    return (
      <Empty title="Nobody fits" icon="identities">
        <p>
          Provider is the login key, such as <code>accounts.google.com</code>, in full. Subject is the user’s{' '}
          <code>sub</code> there, not an e-mail address; its beginning is enough.
        </p>
      </Empty>
    );
  }
  return (
    <Empty
      title="Nobody has come yet"
      icon="identities"
      action={
        <a class="button primary" href={hrefOf('token', pool)}>
          Try a token
        </a>
      }
    >
      <p>
        An identity is made the first time a user or a guest comes in. Try a token to see that the door works.
      </p>
    </Empty>
  );
}
