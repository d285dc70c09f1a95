import { useState } from 'preact/hooks';
import { providerNameOf } from '../../api/pools.ts';
import { saveTagMap, type TagMap, taggedProviders } from '../../api/tag-maps.ts';
import type { WholePool } from '../../api/whole-pool.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { useDoing } from '../../parts/load.tsx';
import { Empty, Failure, Notice } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { goTo, hrefOf } from '../../route.ts';
import { replaced, without } from './provider-rows.tsx';
import { isSameMap, mapOf, type TagDraft, tagDraftOf } from './tag-draft.ts';

/** Which claims of each provider's tokens become principal tags of the sessions of a pool. */
export function EditTags({ whole }: { readonly whole: WholePool }) {
  const { api, say } = useDesk();
  const { pool, tagMaps } = whole;
  const { IdentityPoolId } = pool;
  const [drafts, setDrafts] = useState<readonly TagDraft[]>(() =>
    providersOf(whole).map((name) => tagDraftOf(name, tagMaps)),
  );
  const { busy, error, run } = useDoing();
  const page = hrefOf('pools', IdentityPoolId);
  return (
    <Page
      title={`Principal tags of ${pool.IdentityPoolName}`}
      back={{ href: page, to: pool.IdentityPoolName }}
      lead={
        <>
          Claims of a user’s token become tags of the session, and policies tell users apart by them, as in{' '}
          <code>{'${aws:PrincipalTag/team}'}</code>.
        </>
      }
    >
      {drafts.length === 0 ? (
        <Empty
          title="Nobody has claims here"
          icon="pools"
          action={
            <a class="button primary" href={hrefOf('pools', IdentityPoolId, 'edit')}>
              Add a provider
            </a>
          }
        >
          <p>
            Tags come from the tokens of providers. Guests and users of your own backend’s word have none.
          </p>
        </Empty>
      ) : (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            run(async () => {
              for (const map of changed(drafts.map(mapOf), tagMaps))
                await saveTagMap(api, IdentityPoolId, map);
              say('The principal tags are saved.');
              goTo('pools', IdentityPoolId);
            });
          }}
        >
          <Notice tone="plain" title="The role has to let them in">
            <p>
              A session with tags is refused unless the role’s trust policy allows <code>sts:TagSession</code>{' '}
              beside <code>sts:AssumeRoleWithWebIdentity</code>. Try a token to see that it does.
            </p>
          </Notice>
          {drafts.map((draft, at) => (
            <ProviderTags
              key={draft.provider}
              draft={draft}
              onChange={(draft) => setDrafts(replaced(drafts, at, draft))}
            />
          ))}
          <Failure error={error} />
          <div class="actions">
            <Button type="submit" kind="primary" busy={busy}>
              Save the tags
            </Button>
            <a class="button" href={page}>
              Cancel
            </a>
          </div>
        </form>
      )}
    </Page>
  );
}

/** Every provider under the name that is looked at, and those names that have a map as well. */
function providersOf({ pool, tagMaps }: WholePool): readonly string[] {
  return taggedProviders(pool).flatMap(({ name, otherNames }) => {
    const given = [name, ...otherNames].filter((name) => tagMaps.some(({ provider }) => provider === name));
    return given.length === 0 ? [name] : given;
  });
}

function changed(maps: readonly TagMap[], before: readonly TagMap[]): readonly TagMap[] {
  return maps.filter((map) => {
    const stored = before.find(({ provider }) => provider === map.provider);
    return !isSameMap(map, stored ?? { provider: map.provider, useDefaults: false, tags: {} });
  });
}

function ProviderTags({
  draft,
  onChange,
}: {
  readonly draft: TagDraft;
  readonly onChange: (draft: TagDraft) => void;
}) {
  const { provider, rows } = draft;
  const another = { tag: '', claim: '' };
  const setRows = (rows: TagDraft['rows']): void => onChange({ ...draft, rows });
  return (
    <Card title={`Users of ${providerNameOf(provider)}`}>
      <div class="stack">
        <SelectField
          label="Their sessions are tagged with"
          value={draft.kind}
          options={[
            { value: 'nothing', label: 'nothing' },
            { value: 'defaults', label: 'the defaults: username (sub) and client (aud)' },
            { value: 'claims', label: 'claims that you name' },
          ]}
          onChange={(kind) => {
            if (kind === 'claims') onChange({ ...draft, kind, rows: rows.length === 0 ? [another] : rows });
            else onChange({ ...draft, kind: kind === 'defaults' ? 'defaults' : 'nothing' });
          }}
        />
        {draft.kind === 'claims' &&
          rows.map((row, at) => (
            <div class="row" key={at}>
              <TextField
                label="Tag"
                placeholder="team"
                value={row.tag}
                onInput={(tag) => setRows(replaced(rows, at, { ...row, tag }))}
                required
                mono
              />
              <TextField
                label="Claim"
                placeholder="custom:team"
                value={row.claim}
                onInput={(claim) => setRows(replaced(rows, at, { ...row, claim }))}
                required
                mono
              />
              <div class="row-end">
                <Button
                  kind="quiet"
                  label={`Remove tag ${at + 1} of ${providerNameOf(provider)}`}
                  onClick={() => setRows(without(rows, at))}
                >
                  Remove
                </Button>
              </div>
            </div>
          ))}
        {draft.kind === 'claims' && rows.length < 50 && (
          <div>
            <Button onClick={() => setRows([...rows, another])}>Add a tag</Button>
          </div>
        )}
      </div>
    </Card>
  );
}
