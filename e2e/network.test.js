// @ts-check
// The network of one end changes: the connection looks for another way at once, on either page.
import assert from 'node:assert/strict';
import test from 'node:test';
import { serve } from './lib/scene.js';
import { fourWords, framesCome, offers, sendingPair } from './lib/send.js';
import { until } from './lib/until.js';

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  for (const end of /** @type {const} */ (['sender', 'receiver'])) {
    test(`${name}: the ${end} is on the network again`, async (t) => {
      const server = await serve(t);
      const pair = await sendingPair(t, server.url, { name });
      const words = await fourWords(pair.receiver);
      const before = await offers(pair.sender);
      await pair[end].evaluate(() => void dispatchEvent(new Event('online')));
      await until('ICE is restarted', async () => (await offers(pair.sender)) > before, { timeout: 5000 });
      await framesCome(pair.receiver);
      assert.equal(await fourWords(pair.receiver), words, 'it is the same connection');
    });
  }
}
