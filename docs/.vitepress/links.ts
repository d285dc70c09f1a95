import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Where a link of a page leads on the site. What is outside of `docs/` is not on it, so that goes to the repository; a
 * folder's `README.md` is its index. `page` and the link are paths as in the repository.
 */
export function siteLink(link: string, page: string, root: string, repository: string): string {
  if (/^(?:[a-z][a-z0-9+.-]*:|#|\/)/i.test(link)) return link;
  const [path = '', anchor] = link.split('#');
  const target = relative(root, join(root, dirname(page), path));
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const isPage = target.startsWith('docs/') && target.endsWith('.md');
  if (isPage) return `${path.replace(/(^|\/)README\.md$/, '$1index.md')}${hash}`;
  const file = join(root, target);
  const kind = existsSync(file) && statSync(file).isDirectory() ? 'tree' : 'blob';
  return `${repository}/${kind}/main/${target}${hash}`;
}
