// @ts-check
// Recordings of a camera, and where they go.
import assert from 'node:assert/strict';
import test from 'node:test';
import { press, says } from './lib/pages.js';
import { play, savedBytes, savedNames } from './lib/saved.js';
import { namedCamera, tilesMove, watching } from './lib/tiles.js';
import { until } from './lib/until.js';

/** @typedef {import('puppeteer-core').Page} Page */

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: a recording plays, in the size and for the time of the picture`, async (t) => {
    const { receiver } = await watching(t, name);
    await receiver.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
    await receiver.keyboard.press('r');
    await recorded(receiver, 2);
    await receiver.click('#record');
    await says(receiver, /^The recording is saved\.$/m);
    const [file] = await savedNames(receiver);
    assert.match(file, /^Kitchen \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.(mp4|webm)$/);
    const played = await play(receiver, await savedBytes(receiver), file.endsWith('mp4') ? 'video/mp4' : 'video/webm');
    assert.ok(played.seconds >= 1, `${played.seconds} s`);
    assert.ok(played.width > 0 && Math.abs(played.width / played.height - 4 / 3) < 0.5, JSON.stringify(played));
    assert.equal(await receiver.$eval('.recorded', (badge) => /** @type {HTMLElement} */ (badge).hidden), true);
  });

  test(`${name}: a recording is saved when its camera stops`, async (t) => {
    const { receiver, sender } = await watching(t, name);
    await receiver.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
    await receiver.click('#record');
    await recorded(receiver, 1);
    await sender.goto('about:blank');
    await says(receiver, /^The recording is saved\.$/m);
    await until('it is given to the person', async () => (await savedNames(receiver)).length === 1);
    const type = (await savedNames(receiver))[0].endsWith('mp4') ? 'video/mp4' : 'video/webm';
    assert.ok((await play(receiver, await savedBytes(receiver), type)).seconds > 0.5);
  });
}

test('sound that is switched on while a recording runs is not in it, and the page says so', async (t) => {
  const { receiver, sender } = await watching(t, 'chromium');
  await receiver.evaluate(chooseFiles);
  await receiver.click('#record');
  await recorded(receiver, 1);
  await sender.click('#microphone');
  await says(receiver, /This recording has no sound, because it began before there was any/);
  await receiver.click('#record');
  await says(receiver, /^The recording is saved\.$/m);
  await receiver.click('#record');
  await recorded(receiver, 2);
  await receiver.click('#record');
  await until('it is saved', () => receiver.$eval('.recorded', (e) => /** @type {HTMLElement} */ (e).innerText === ''));
  const files = (await receiver.evaluate(chosenFiles)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  assert.deepEqual(files.map(({ base64 }) => /Opus|A_OPUS|mp4a/.test(Buffer.from(base64, 'base64').toString('latin1'))), [false, true]);
});

/** Waits until so many seconds of the first camera are recorded. @param {Page} page @param {number} seconds */
function recorded(page, seconds) {
  const badge = () => page.$eval('.recorded', (e) => /** @type {HTMLElement} */ (e).innerText);
  const ask = async () => {
    const [, time] = /^0:(\d\d) · [\d.]+ MB$/.exec(await badge()) ?? [];
    return Number(time) >= seconds;
  };
  return until(`${seconds} s are recorded`, ask, { describe: badge });
}

/** Runs in the page: the person chooses a file each time, which is one of the origin's own. */
async function chooseFiles() {
  const folder = await navigator.storage.getDirectory();
  Reflect.set(window, 'showSaveFilePicker', (/** @type {{suggestedName: string}} */ { suggestedName }) =>
    folder.getFileHandle(suggestedName, { create: true }));
}

/** Runs in the page: the chosen files by name, with what is in them. */
async function chosenFiles() {
  const folder = await navigator.storage.getDirectory();
  const all = [];
  for await (const [name, handle] of folder.entries()) {
    const bytes = new Uint8Array(await (await /** @type {FileSystemFileHandle} */ (handle).getFile()).arrayBuffer());
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    all.push({ name, base64: btoa(text) });
  }
  return all;
}

test('a recording goes to the disk as it grows, where the browser can', async (t) => {
  const { receiver } = await watching(t, 'chromium');
  await receiver.evaluate(chooseFiles);
  await receiver.click('#record');
  await recorded(receiver, 2);
  await receiver.click('#record');
  await says(receiver, /^The recording is saved\.$/m);
  assert.deepEqual(await savedNames(receiver), [], 'it was kept in memory as well');
  const [{ name, base64 }] = await receiver.evaluate(chosenFiles);
  const played = await play(receiver, Buffer.from(base64, 'base64'), name.endsWith('mp4') ? 'video/mp4' : 'video/webm');
  assert.ok(played.seconds >= 1 && played.width > 0, JSON.stringify(played));
});

test('who thinks better of it in the dialog for the file records nothing', async (t) => {
  const { receiver } = await watching(t, 'chromium');
  await receiver.evaluate(() => {
    Reflect.set(window, 'showSaveFilePicker', async () => {
      Reflect.set(window, 'asked', true);
      throw new DOMException('', 'AbortError');
    });
  });
  await receiver.click('#record');
  await until('the person was asked', () => receiver.evaluate(() => Reflect.get(window, 'asked') === true));
  await until('nothing is recorded', () => receiver.$eval('#record', (e) => e.getAttribute('aria-pressed') === 'false'));
  assert.deepEqual(await savedNames(receiver), []);
});

test('a disk that is full ends the recording, and keeps what it has', async (t) => {
  const { receiver } = await watching(t, 'chromium');
  await receiver.evaluate(() => {
    let chunks = 0;
    const write = async () => {
      if (++chunks > 1) throw new DOMException('', 'QuotaExceededError');
    };
    const close = async () => void Reflect.set(window, 'finished', true);
    Reflect.set(window, 'showSaveFilePicker', async () => ({ createWritable: async () => ({ write, close }) }));
  });
  await receiver.click('#record');
  await says(receiver, /There is no more room: the recording is saved up to here/);
  assert.equal(await receiver.evaluate(() => Reflect.get(window, 'finished')), true);
});

test('the camera is recorded on while all are shown, with its badge; another can be recorded beside it', async (t) => {
  const { server, receiver } = await watching(t, 'chromium');
  await receiver.evaluate(chooseFiles);
  await press(await namedCamera(t, server.url, 'Attic'));
  await tilesMove(receiver, 2);
  for (const key of /** @type {const} */ (['1', 'r', 'Escape', '2', 'r', 'Escape'])) await receiver.keyboard.press(key);
  const badges = () => receiver.$$eval('.recorded', (all) => all.map((e) => /** @type {HTMLElement} */ (e).innerText));
  await until('both are recorded', async () => (await badges()).every((text) => /^0:0[1-9] · /.test(text)), { describe: badges });
  for (const key of /** @type {const} */ (['1', 'r', '2', 'r'])) await receiver.keyboard.press(key);
  await until('both are saved', async () => (await badges()).every((text) => text === ''), { describe: badges });
  assert.equal((await receiver.evaluate(chosenFiles)).filter(({ base64 }) => base64.length > 10_000).length, 2);
});
