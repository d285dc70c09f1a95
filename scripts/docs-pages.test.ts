import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type PolicyKind, parsePolicy } from '@daypass/policy';
import { describe, expect, it } from 'vitest';

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

/** The anchors of a page's headings, as GitHub makes them: `Who's there?` → `whos-there`, the second one `whos-there-1`. */
function anchorsOf(prose: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.*?)(?: +#+)?$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
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
