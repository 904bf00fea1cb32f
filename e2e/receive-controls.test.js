// @ts-check
// What a person can do with a camera on the receive page.
import assert from 'node:assert/strict';
import test from 'node:test';
import { moves, press, says } from './lib/pages.js';
import { savedNames } from './lib/saved.js';
import { blankDevice, livePair, sendDevice, serve } from './lib/scene.js';
import { namedCamera, picture, tilesMove, watching } from './lib/tiles.js';
import { until } from './lib/until.js';

const BROWSERS = /** @type {const} */ (['chromium', 'firefox']);

/** @param {import('puppeteer-core').Page} page @param {string} button */
const pressed = (page, button) => page.$eval(button, (e) => e.getAttribute('aria-pressed') === 'true');

for (const name of BROWSERS) {
  test(`${name}: rotated by quarters, and still so after a reload`, async (t) => {
    const { receiver } = await watching(t, name);
    await receiver.setViewport({ width: 900, height: 500 });
    assert.deepEqual((await picture(receiver)).box, [900, 500]);
    const turned = () => receiver.$eval('.tile', (tile) => /** @type {HTMLElement} */ (tile).dataset.turn);
    await receiver.click('#rotate');
    assert.equal(await turned(), '1');
    assert.deepEqual((await picture(receiver)).box, [900, 500], 'the turned picture fills its place');
    const inner = await receiver.$eval('#preview', (video) => [/** @type {HTMLElement} */ (video).offsetWidth, /** @type {HTMLElement} */ (video).offsetHeight]);
    assert.deepEqual(inner, [500, 900], 'it is laid out upright and turned');
    await receiver.keyboard.press('o');
    await receiver.keyboard.press('o');
    assert.equal(await turned(), '3');
    await receiver.reload();
    await moves(receiver);
    assert.equal(await turned(), '3');
    await receiver.waitForSelector('#panel', { visible: true });
    await receiver.keyboard.press('o');
    assert.equal(await turned(), '0');
  });

  test(`${name}: filled, and whole again`, async (t) => {
    const { receiver } = await watching(t, name);
    assert.equal((await picture(receiver)).fit, 'contain');
    await receiver.keyboard.press('z');
    assert.equal((await picture(receiver)).fit, 'cover');
    assert.ok(await pressed(receiver, '#fit'));
    await receiver.keyboard.press('z');
    assert.equal((await picture(receiver)).fit, 'contain');
  });

  test(`${name}: full screen`, async (t) => {
    const { receiver } = await watching(t, name);
    await receiver.click('#fullscreen');
    await until('it is full screen', () => receiver.evaluate(() => document.fullscreenElement === document.documentElement));
    await until('the button says so', () => pressed(receiver, '#fullscreen'));
    await receiver.keyboard.press('f');
    await until('it is not any more', () => receiver.evaluate(() => document.fullscreenElement === null));
    await until('the button says so', async () => !(await pressed(receiver, '#fullscreen')));
  });

  test(`${name}: the keys are listed, and can be switched off`, async (t) => {
    const { receiver } = await watching(t, name);
    await receiver.keyboard.press('?');
    await receiver.waitForSelector('dialog.keys[open]');
    const keys = await receiver.$$eval('.keys kbd', (caps) => caps.map((cap) => cap.textContent));
    assert.deepEqual(keys, ['F', 'M', 'P', 'S', 'R', 'O', 'Z', 'I', '?', '1 – 9', 'Esc']);
    await receiver.keyboard.press('z'); // not while the dialog is open
    assert.equal((await picture(receiver)).fit, 'contain');
    await receiver.click('#keys-on');
    await receiver.keyboard.press('Escape');
    await until('it is closed', () => receiver.evaluate(() => document.querySelector('dialog.keys') === null));
    await receiver.keyboard.press('z');
    assert.equal((await picture(receiver)).fit, 'contain');
    await receiver.click('#help');
    await receiver.waitForSelector('dialog.keys[open]');
    await receiver.click('#keys-on');
    await receiver.click('.keys .quiet');
    await receiver.keyboard.press('z');
    assert.equal((await picture(receiver)).fit, 'cover');
  });

  test(`${name}: the controls hide, not from under the keyboard, and come back`, async (t) => {
    const { receiver } = await watching(t, name);
    const hidden = () => receiver.evaluate(() => Number(getComputedStyle(/** @type {Element} */ (document.querySelector('#panel'))).opacity) === 0);
    await until('they hide', hidden);
    await receiver.keyboard.press('Tab');
    assert.equal(await receiver.evaluate(() => document.body.classList.contains('still')), false);
    await receiver.focus('#rotate');
    await receiver.keyboard.press('Enter');
    const woken = await receiver.evaluate(() => performance.now());
    // As long as it takes to hide, and more: nothing else tells that they stay.
    await until('time has passed', () => receiver.evaluate((since) => performance.now() - since > 3500, woken));
    assert.equal(await hidden(), false);
    await receiver.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
    await until('they hide again', hidden);
    await receiver.mouse.move(200, 200);
    await until('they are back', async () => !(await hidden()));
  });
}

test('picture in picture, and back', async (t) => {
  const { receiver } = await watching(t, 'chromium');
  const inWindow = () => receiver.evaluate(() => document.pictureInPictureElement?.id);
  await receiver.keyboard.press('p');
  await until('the picture is in its own window', async () => (await inWindow()) === 'preview');
  await moves(receiver);
  await receiver.click('#pip');
  await until('it is back', async () => (await inWindow()) === undefined);
  await moves(receiver);
});

test('a browser without picture in picture shows no button for it', async (t) => {
  const { receiver } = await watching(t, 'firefox');
  assert.equal(await receiver.$eval('#pip', (button) => /** @type {HTMLElement} */ (button).hidden), !(await receiver.evaluate(() => document.pictureInPictureEnabled === true)));
});

test('what is for one camera is not done to several', async (t) => {
  const { server, receiver } = await watching(t, 'chromium');
  await press(await namedCamera(t, server.url, 'Attic'));
  await tilesMove(receiver, 2);
  await receiver.click('#snapshot');
  await says(receiver, /for one camera. Choose one first/);
  assert.deepEqual(await savedNames(receiver), []);
  await receiver.keyboard.press('2');
  await receiver.keyboard.press('s');
  await until('it is saved', async () => (await savedNames(receiver)).length === 1);
  assert.match((await savedNames(receiver))[0], /^Attic /);
});

test('the sound of the camera that is large, or of all', async (t) => {
  const { server, receiver, sender } = await watching(t, 'chromium');
  const other = await sendDevice(t, server.url);
  await press(other);
  await tilesMove(receiver, 2);
  await receiver.keyboard.press('m');
  await says(receiver, /No sound comes from here/);
  for (const page of [sender, other]) await page.click('#microphone');
  const muted = () => receiver.$$eval('.tile video', (videos) => videos.map((video) => /** @type {HTMLVideoElement} */ (video).muted));
  assert.deepEqual(await muted(), [true, true]);
  await receiver.waitForSelector('#sound[aria-disabled="false"]');
  await receiver.click('#sound');
  assert.deepEqual(await muted(), [false, false]);
  await receiver.keyboard.press('2');
  assert.deepEqual(await muted(), [true, false]);
  await receiver.keyboard.press('Escape');
  assert.deepEqual(await muted(), [false, false]);
  await receiver.keyboard.press('m');
  assert.deepEqual(await muted(), [true, true]);
});

test('the screen stays on while there is a live picture', async (t) => {
  const server = await serve(t);
  const receiver = await blankDevice(t);
  await receiver.evaluateOnNewDocument(() => {
    const held = new Set();
    Reflect.set(window, 'held', held);
    const request = async () => {
      const sentinel = {
        released: false,
        release: async () => {
          sentinel.released = true;
          held.delete(sentinel);
        },
      };
      held.add(sentinel);
      return sentinel;
    };
    Object.defineProperty(navigator, 'wakeLock', { value: { request } });
  });
  const held = () => receiver.evaluate(() => Reflect.get(window, 'held').size);
  await receiver.goto(`${server.url}/receive`);
  await says(receiver, /Waiting for a camera/);
  assert.equal(await held(), 0);
  const sender = await sendDevice(t, server.url);
  await receiver.bringToFront();
  await press(sender);
  await moves(receiver);
  await until('it is held', async () => (await held()) === 1);
  await sender.goto('about:blank');
  await says(receiver, /The camera has stopped/);
  await until('it is let go', async () => (await held()) === 0);
});

test('on a phone the rarer controls unfold, and Escape folds them', async (t) => {
  const { receiver } = await watching(t, 'chromium');
  await receiver.setViewport({ width: 360, height: 740 });
  assert.equal(await receiver.$eval('#rotate', (e) => e.checkVisibility()), false);
  await receiver.click('#more');
  await receiver.click('#rotate');
  assert.equal(await receiver.$eval('.tile', (tile) => /** @type {HTMLElement} */ (tile).dataset.turn), '1');
  for (const id of await receiver.$$eval('#panel button', (all) => all.filter((e) => e.checkVisibility()).map((e) => e.id))) {
    const { x, y, width, height } = await receiver.$eval(`#${id}`, (e) => e.getBoundingClientRect().toJSON());
    assert.ok(x >= 0 && x + width <= 360 && y + height <= 740 && width >= 44 && height >= 44, `${id}: ${[x, y, width, height]}`);
  }
  await receiver.keyboard.press('Escape');
  assert.equal(await receiver.$eval('#rotate', (e) => e.checkVisibility()), false);
  assert.equal(await receiver.evaluate(() => document.activeElement?.id), 'more');
});

test('a page that comes back to the front plays what was paused there', async (t) => {
  const server = await serve(t);
  const { receiver } = await livePair(t, server.url);
  await receiver.$eval('#preview', (video) => /** @type {HTMLVideoElement} */ (video).pause());
  await receiver.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await moves(receiver);
});

test('a picture that stands still when the page comes back to the front is attached anew', async (t) => {
  const server = await serve(t);
  const { receiver } = await livePair(t, server.url);
  await receiver.$eval('#preview', (video) => {
    Object.defineProperty(video, 'currentTime', { value: 1, configurable: true });
    video.addEventListener('emptied', () => {
      Reflect.deleteProperty(video, 'currentTime');
      Reflect.set(window, 'emptied', true);
    });
  });
  await receiver.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await until('it is attached anew', () => receiver.evaluate(() => Reflect.get(window, 'emptied')));
  await moves(receiver);
});
