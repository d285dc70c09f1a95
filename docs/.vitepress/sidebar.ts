export interface Group {
  readonly text: string;
  readonly items: readonly { readonly text: string; readonly link: string }[];
}

/** The groups of pages that `docs/index.md` lists: a heading, and the first link of each item below it. */
export function sidebarOf(index: string): Group[] {
  return index
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      text: section.slice(0, section.indexOf('\n')),
      items: [...section.matchAll(/^- \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, text = '', path = '']) => ({
        text,
        link: `/${path.replace(/README\.md$/, '').replace(/\.md$/, '')}`,
      })),
    }));
}
