// @ts-check
// Pages that were written for the original server go on working.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { moves, press, says } from './lib/pages.js';
import { device, serve } from './lib/scene.js';

const ORIGINAL = fileURLToPath(new URL('fixtures/original', import.meta.url));
const WEB = fileURLToPath(new URL('../web', import.meta.url));

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: old pages, served instead of the new ones, work with each other`, async (t) => {
    const server = await serve(t, ['-https=false', '-public', ORIGINAL]);
    const receiver = await device(t, `${server.url}/receive.html`, name);
    const sender = await device(t, `${server.url}/send.html`, name);
    await press(sender);
    await moves(receiver, { timeout: 40_000 });
  });

  for (const query of ['', '?overtake']) {
    test(`${name}: an old sender reaches the new receive page ${query}`, async (t) => {
      const server = await serve(t, ['-https=false', '-public', await bothKinds(t)]);
      const receiver = await device(t, `${server.url}/receive`, name);
      await says(receiver, /Waiting for a camera/);
      const sender = await device(t, `${server.url}/original/send.html${query}`, name);
      await press(sender);
      await moves(receiver);

      // It has no sessions: a reload must not be taken for more of the same.
      await sender.reload();
      await press(sender);
      await moves(receiver);
    });
  }
}

/**
 * A folder with the new pages, and the old ones in `original/`.
 *
 * @param {import('node:test').TestContext} t
 */
async function bothKinds(t) {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-pages-'));
  t.after(() => rm(folder, { recursive: true }));
  await cp(WEB, folder, { recursive: true });
  await cp(ORIGINAL, join(folder, 'original'), { recursive: true });
  return folder;
}
