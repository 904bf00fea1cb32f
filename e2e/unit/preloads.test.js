// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { PAGES, listed, readWeb, withPreloads } from '../lib/preloads.js';

for (const page of PAGES) {
  test(`${page} lists every module that it loads when it opens, and no other`, async () => {
    const html = await readWeb(page);
    assert.deepEqual(listed(html), listed(await withPreloads(html)), 'npm run preloads brings the list up to date');
  });
}

test('the list has what is imported at any depth, and not what is loaded later', async () => {
  const page = '<head>\n  <link rel="modulepreload" href="gone.js">\n  <script type="module" src="send.js"></script>\n</head>\n';
  const list = listed(await withPreloads(page));
  for (const name of ['camera.js', 'session.js', 'timing.js']) assert.ok(list.includes(name), name);
  for (const name of ['send.js', 'gone.js', 'send-figures.js', 'stats.js', 'vendor/uqr-0.1.3/index.mjs']) assert.ok(!list.includes(name), name);
});
