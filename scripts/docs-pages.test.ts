import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type PolicyKind, parsePolicy } from '@daypass/policy';
import { describe, expect, it } from 'vitest';
import { anchorOf } from '../docs/.vitepress/anchor.ts';
import { siteLink } from '../docs/.vitepress/links.ts';
import { sidebarOf } from '../docs/.vitepress/sidebar.ts';

const root = join(import.meta.dirname, '..');
const pages = globSync(['*.md', 'docs/**/*.md', '{packages,examples,apps}/*/README.md'], {
  cwd: root,
}).sort();

interface Block {
  readonly language: string;
  readonly text: string;
}

/** A page without its code, and the code. */
function read(page: string): { prose: string; blocks: readonly Block[] } {
  const blocks: Block[] = [];
  const text = readFileSync(join(root, page), 'utf8');
  const prose = text.replace(/^( *)```(\w*)\n(.*?)^\1```$/gms, (_, _indent, language, code) => {
    blocks.push({ language, text: code });
    return '';
  });
  return { prose, blocks };
}

/** The anchors of a page's headings, as GitHub makes them: the second `Errors` is `errors-1`. */
function anchorsOf(prose: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.*?)(?: +#+)?$/gm)) {
    const slug = anchorOf(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    anchors.add(before === 0 ? slug : `${slug}-${before}`);
  }
  return anchors;
}

/** Where links and pictures of a page lead, inline code left out. */
function linksOf(prose: string): readonly string[] {
  const text = prose.replace(/`[^`\n]*`/g, '');
  const inline = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)];
  const references = [...text.matchAll(/^\[[^\]]+\]: *(\S+)/gm)];
  return [...inline, ...references].map(([, target = '']) => target);
}

/** What is wrong with a link, if anything. */
function faultOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : join(root, dirname(page), decodeURIComponent(path));
  if (relative(root, target).startsWith('..')) return `${link} leads out of the repository`;
  if (!existsSync(target)) return `${link} leads nowhere`;
  if (anchor === undefined) return undefined;
  const file = statSync(target).isDirectory() ? join(target, 'README.md') : target;
  const known = existsSync(file) && anchorsOf(read(relative(root, file)).prose).has(anchor);
  return known ? undefined : `${link} names no heading`;
}

/** Reads a policy document, or a single statement, as the kind that its elements say it is. */
function parseAsPolicy(text: string): void {
  const value: { Statement?: unknown } = JSON.parse(text);
  const document = value.Statement === undefined ? { Version: '2012-10-17', Statement: value } : value;
  const kind: PolicyKind = /"(Not)?Principal"/.test(text) ? 'trust' : 'identity';
  parsePolicy(JSON.stringify(document), kind);
}

describe('the documentation', () => {
  it('is found', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'docs/concepts.md', 'packages/server/README.md']),
    );
  });

  it.each(pages)('%s links only to what is there', (page) => {
    const inside = linksOf(read(page).prose).filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link));
    expect(inside.map((link) => faultOf(page, link)).filter((fault) => fault !== undefined)).toEqual([]);
  });

  it.each(pages)('%s shows policies that can be used', (page) => {
    const policies = read(page).blocks.filter(
      ({ language, text }) => language === 'json' && text.includes('"Effect"'),
    );
    for (const { text } of policies) expect(() => parseAsPolicy(text), text).not.toThrow();
  });
});

describe('the site', () => {
  const index = readFileSync(join(root, 'docs/index.md'), 'utf8');
  const listed = sidebarOf(index).flatMap(({ items }) => items.map(({ link }) => link));
  /** A page is in the sidebar, or its folder's first page leads to it. */
  const isReached = (page: string): boolean => {
    const address = page.replace(/^docs/, '').replace(/(README)?\.md$/, '');
    if (listed.includes(address)) return true;
    const first = join(dirname(page), 'README.md');
    return existsSync(join(root, first)) && linksOf(read(first).prose).includes(basename(page));
  };

  it('has a way to every page', () => {
    const ofSite = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/index.md');
    expect(ofSite.filter((page) => !isReached(page))).toEqual([]);
    expect(isReached('docs/providers/absent.md')).toBe(false);
  });

  it.each([
    ['another page', 'concepts.md', 'providers/google.md#top', 'providers/google.md#top'],
    ['the first page of a folder', 'concepts.md', 'providers/README.md#all', 'providers/index.md#all'],
    [
      'a file elsewhere',
      'operating.md',
      '../deploy/Dockerfile',
      'https://host.test/blob/main/deploy/Dockerfile',
    ],
    [
      'a heading elsewhere',
      'providers/saml.md',
      '../../README.md#try-it',
      'https://host.test/blob/main/README.md#try-it',
    ],
    ['a folder elsewhere', 'concepts.md', '../examples/game', 'https://host.test/tree/main/examples/game'],
    ['a heading of the page', 'concepts.md', '#the-words', '#the-words'],
    ['another site', 'concepts.md', 'https://example.com/', 'https://example.com/'],
  ])('leads to %s', (_what, page, link, expected) => {
    expect(siteLink(link, `docs/${page}`, root, 'https://host.test')).toBe(expected);
  });

  it.each(globSync('docs/images/*.svg', { cwd: root }))(
    '%s says what it shows, light and dark',
    (picture) => {
      expect(readFileSync(join(root, picture), 'utf8')).toMatch(
        /role="img"[\s\S]*<title[\s\S]*<desc[\s\S]*prefers-color-scheme: dark/,
      );
    },
  );

  it.each(pages)('%s has no picture that only some hosts draw', (page) => {
    expect(read(page).blocks.map(({ language }) => language)).not.toContain('mermaid');
  });
});

describe('the check of links', () => {
  it.each([
    ['README.md', 'docs/absent.md', 'leads nowhere'],
    ['README.md', '../outside.md', 'leads out of the repository'],
    ['README.md', 'docs/concepts.md#no-such-heading', 'names no heading'],
    ['docs/concepts.md', '#no-such-heading', 'names no heading'],
  ])('in %s finds fault with %s', (page, link, fault) => {
    expect(faultOf(page, link)).toContain(fault);
  });

  it('makes anchors as GitHub does', () => {
    expect([...anchorsOf("# Who's `there`?\n## DynamoDB: items\n## DynamoDB: items\n")]).toEqual([
      'whos-there',
      'dynamodb-items',
      'dynamodb-items-1',
    ]);
  });
});
