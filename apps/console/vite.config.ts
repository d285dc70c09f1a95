import { defineConfig } from 'vite';

export default defineConfig({
  // Where the server serves it.
  base: '/_daypass/console/',
  build: {
    target: 'es2023',
    // The page's policy allows no inline script and no data URLs.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
