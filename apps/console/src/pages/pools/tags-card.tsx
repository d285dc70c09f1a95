import { providerNameOf } from '../../api/pools.ts';
import type { TagMap } from '../../api/tag-maps.ts';
import { Card } from '../../parts/page.tsx';

/** Which claims become principal tags, as sentences. */
export function TagsCard({ maps, edit }: { readonly maps: readonly TagMap[]; readonly edit: string }) {
  return (
    <Card
      title="Which claims become tags"
      actions={
        <a class="button small" href={edit}>
          Edit tags
        </a>
      }
    >
      {maps.length === 0 && (
        <p class="soft">
          None. With tags one policy serves every team or tenant:{' '}
          <code>{'arn:aws:s3:::files/${aws:PrincipalTag/team}/*'}</code>
        </p>
      )}
      {maps.map(({ provider, useDefaults, tags }) => (
        <div class="mapping" key={provider}>
          <h3>Users of {providerNameOf(provider)}</h3>
          {useDefaults ? (
            <p>
              <code>username</code> and <code>client</code>, the defaults
            </p>
          ) : (
            <ul>
              {Object.entries(tags).map(([tag, claim]) => (
                <li key={tag}>
                  <code>{tag}</code> is the claim <code>{claim}</code>
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </Card>
  );
}
