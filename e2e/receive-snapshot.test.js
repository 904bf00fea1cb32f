// @ts-check
// Pictures that a person takes of a camera.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { moves, press, says } from './lib/pages.js';
import { savedBytes, savedNames } from './lib/saved.js';
import { browser, sendDevice, serve } from './lib/scene.js';
import { picture, watching } from './lib/tiles.js';
import { until } from './lib/until.js';

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: a snapshot is a PNG of the whole picture, the way up that it is shown`, async (t) => {
    const { receiver } = await watching(t, name);
    for (const turn of [0, 1]) {
      if (turn === 1) await receiver.keyboard.press('o');
      // The picture grows with the network: take another until nothing changed meanwhile.
      await until('the picture has the size of the video', async () => {
        const before = (await picture(receiver)).size;
        const count = (await savedNames(receiver)).length;
        await receiver.click('#snapshot');
        await until('it is saved', async () => (await savedNames(receiver)).length > count);
        const png = await savedBytes(receiver);
        assert.equal(png.subarray(1, 4).toString(), 'PNG');
        const size = [png.readUInt32BE(16), png.readUInt32BE(20)];
        const expected = turn === 1 ? before.toReversed() : before;
        return String(size) === String(expected) && size[0] > 0;
      });
    }
    const colours = await receiver.evaluate(async () => {
      const image = await createImageBitmap(Reflect.get(window, 'saved').at(-1).blob);
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      context?.drawImage(image, 0, 0);
      return new Set(context?.getImageData(0, 0, image.width, image.height).data).size;
    });
    assert.ok(colours > 4, 'the picture is empty');
    assert.match((await savedNames(receiver))[0], /^Kitchen \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/);
    await says(receiver, /^The picture is saved\.$/m);
  });
}

test('a picture arrives in the folder for downloads', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-saved-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const server = await serve(t);
  const context = await (await browser()).createBrowserContext({ downloadBehavior: { policy: 'allow', downloadPath: folder } });
  t.after(() => context.close());
  const receiver = await context.newPage();
  await receiver.goto(`${server.url}/receive`);
  await press(await sendDevice(t, server.url));
  await moves(receiver);
  await receiver.waitForSelector('#panel', { visible: true });
  await receiver.keyboard.press('s');
  const png = await until('there is a file', async () => {
    const name = (await readdir(folder)).find((file) => file.endsWith('.png'));
    const bytes = name ? await readFile(join(folder, name)) : Buffer.alloc(0);
    return bytes.length > 0 ? bytes : undefined; // Chromium takes the name first
  });
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
});
