import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { anchorOf } from './anchor.ts';
import { siteLink } from './links.ts';
import { sidebarOf } from './sidebar.ts';

const root = join(import.meta.dirname, '../..');
const repository = 'https://github.com/daypass/daypass';
const sidebar = sidebarOf(readFileSync(join(root, 'docs/index.md'), 'utf8'));

/** The pages read as well on the repository's host as here: what differs is put right while they are rendered. */
export default defineConfig({
  title: 'Daypass',
  description: 'Identity pools of your own: outside logins in, enforced temporary credentials out.',
  lang: 'en-GB',
  outDir: '../dist/site',
  cacheDir: '../dist/site-cache',
  rewrites: { ':folder/README.md': ':folder/index.md' },
  head: [
    ['link', { rel: 'icon', href: 'data:,' }],
    ['meta', { name: 'color-scheme', content: 'light dark' }],
  ],
  themeConfig: {
    nav: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'Concepts', link: '/concepts' },
      { text: 'Operating', link: '/operating' },
      { text: 'Security', link: '/security' },
    ],
    sidebar: sidebar.map(({ text, items }) => ({ text, items: [...items] })),
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path` },
  },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: anchorOf },
    config(markdown) {
      const render = markdown.renderer.rules.link_open;
      markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
        const token = tokens[index];
        const link = token?.attrGet('href');
        if (token && link)
          token.attrSet('href', siteLink(link, `docs/${env.relativePath}`, root, repository));
        return render?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
      };
    },
  },
});
