// @ts-check
// The send page's sound: the microphone, its level, and music.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cameraReady, moves, press, says } from './lib/pages.js';
import { serve } from './lib/scene.js';
import { choose, encoding, lastAsked, lastOpened, offers, openSettings, sendPage, sendingPair } from './lib/send.js';
import { until } from './lib/until.js';

/** @typedef {import('puppeteer-core').Page} Page */

/** @param {Page} page @param {boolean} on */
const microphoneIs = (page, on) => page.waitForSelector(`#microphone[aria-pressed="${on}"]:not(:disabled)`);

/** @param {Page} page */
const level = (page) => page.evaluate(() => /** @type {HTMLMeterElement} */ (document.querySelector('#level')).value);

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: the microphone and its level, in the same session`, async (t) => {
    const server = await serve(t);
    const { sender, receiver } = await sendingPair(t, server.url, { name });
    const before = await offers(sender);
    await sender.click('#microphone');
    await microphoneIs(sender, true);
    await openSettings(sender);
    await sender.waitForSelector('#level-field:not([hidden])');
    // Where there is no loudspeaker Firefox's AudioContext does not run.
    if (name === 'chromium') await until('the level moves', async () => (await level(sender)) > 0.1, { describe: () => level(sender) });
    await sender.click('#settings-done');
    await receiver.waitForSelector('#sound:not(:disabled)');
    await sender.click('#microphone');
    await microphoneIs(sender, false);
    assert.equal((await lastOpened(sender)).state, 'ended', 'the microphone is let go of');
    assert.equal((await encoding(sender, 'audio')).sends, false);
    assert.equal(await offers(sender), before, 'nothing was negotiated');
  });

  test(`${name}: music is not processed`, async (t) => {
    const server = await serve(t);
    const { sender } = await sendingPair(t, server.url, { name });
    await sender.click('#microphone');
    await microphoneIs(sender, true);
    const processing = async () => {
      const { echoCancellation, noiseSuppression, autoGainControl } = (await lastAsked(sender)).audio;
      return [echoCancellation, noiseSuppression, autoGainControl];
    };
    assert.deepEqual(await processing(), [true, true, true]);
    await openSettings(sender);
    await sender.click('#music');
    await until('it is opened anew', async () => (await processing()).every((on) => on === false));
    await until('it is sent as music', async () => (await encoding(sender, 'audio')).hint === 'music');
    if (name === 'chromium') assert.equal((await lastOpened(sender)).echoCancellation, false);
    await until('it has room', async () => (await encoding(sender, 'audio')).maxBitrate === 128_000, { describe: () => encoding(sender, 'audio') });
  });
}

test('another microphone while it is on', async (t) => {
  const server = await serve(t);
  const { sender } = await sendingPair(t, server.url);
  await sender.click('#microphone');
  await microphoneIs(sender, true);
  await openSettings(sender);
  const [, , other] = await until('they are listed', async () => {
    const values = await sender.evaluate(() => [.../** @type {HTMLSelectElement} */ (document.querySelector('#microphones')).options].map(({ value }) => value));
    return values.length > 2 ? values : undefined;
  });
  await choose(sender, '#microphones', other);
  await until('it is open', async () => (await lastOpened(sender)).deviceId === other);
  await until('it is sent', async () => (await encoding(sender, 'audio')).sends);
});

test('a reload goes on with the sound, and with the pause', async (t) => {
  const server = await serve(t);
  const { sender, receiver } = await sendingPair(t, server.url);
  await sender.click('#microphone');
  await microphoneIs(sender, true);
  await sender.reload();
  await microphoneIs(sender, true);
  await moves(receiver);
  await sender.click('#pause');
  await says(receiver, /Paused/);
  await sender.reload();
  await says(sender, /^Paused/m);
  await says(receiver, /Paused/);
  assert.equal((await encoding(sender)).sends, false);
  await sender.click('#pause');
  await moves(receiver);
});

test('no microphone is words, and no obstacle', async (t) => {
  const server = await serve(t);
  const page = await sendPage(t, server.url, { before: [refuseMicrophone] });
  await cameraReady(page);
  await page.click('#microphone');
  await says(page, /microphone is in use.*switch it on again/);
  await microphoneIs(page, false);
  await press(page);
  await says(page, /Waiting for a receiver/);
});

function refuseMicrophone() {
  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (constraints?.audio) throw new DOMException('', 'NotReadableError');
    return getUserMedia(constraints);
  };
}
