import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

export default defineConfig({
  build: {
    target: 'es2023',
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { input: ['index.html', 'doors.html'] },
  },
  plugins: [serviceWorker()],
});

/** Writes `/service-worker.js` with the names of what was built, so that the game opens without a network. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    generateBundle(_options, bundle) {
      const isPage = (name: string): boolean => name.endsWith('.html');
      const built = Object.keys(bundle).filter((name) => !isPage(name));
      const pages = Object.values(bundle).filter(({ fileName }) => isPage(fileName));
      const files = ['/', '/doors.html', '/icon.svg', ...built.map((name) => `/${name}`)];
      const version = createHash('sha256')
        .update(JSON.stringify([files, pages.map((page) => 'source' in page && `${page.source}`)]))
        .digest('hex')
        .slice(0, 12);
      const source = readFileSync(new URL('src/service-worker.js', import.meta.url), 'utf8')
        .replace('__FILES__', JSON.stringify(files))
        .replace('__CACHE__', JSON.stringify(`topping-out-${version}`));
      this.emitFile({ type: 'asset', fileName: 'service-worker.js', source });
    },
  };
}
