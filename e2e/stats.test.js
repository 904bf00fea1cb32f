// @ts-check
// The statistics of the receive page and the figures of the send page, against
// what the browsers themselves say of the fake camera's picture.
import assert from 'node:assert/strict';
import test from 'node:test';
import { moves, press, says, shownLink } from './lib/pages.js';
import { device, sendDevice, serve } from './lib/scene.js';
import { until } from './lib/until.js';

/** @typedef {import('puppeteer-core').Page} Page */

/** The statistics on a page by their names, and the drawn lines' paths. @param {Page} page */
function shown(page) {
  return page.evaluate(() => {
    /** @type {Record<string, string>} */
    const figures = {};
    /** @type {Record<string, string>} */
    const lines = {};
    for (const row of document.querySelectorAll('.stats dl > div')) {
      const name = row.querySelector('dt')?.textContent ?? '';
      figures[name] = row.querySelector('dd')?.textContent ?? '';
      lines[name] = row.querySelector('path')?.getAttribute('d') ?? '';
    }
    return { figures, lines };
  });
}

/** The size of the picture that is on the screen. @param {Page} page */
function pictureSize(page) {
  return page.evaluate(() => {
    const { videoWidth, videoHeight } = /** @type {HTMLVideoElement} */ (document.querySelector('#preview'));
    return `${videoWidth} × ${videoHeight}`;
  });
}

/** Presses Start once it hears again: a press right after another is not heard. @param {Page} page */
async function pressAgain(page) {
  await until('Start hears', () => page.$eval('#start', (button) => button.getAttribute('aria-disabled') === 'false'));
  await press(page);
}

for (const [camera, viewer] of /** @type {const} */ ([['chromium', 'chromium'], ['chromium', 'firefox'], ['firefox', 'chromium']])) {
  test(`${camera} to ${viewer}: the statistics are those of the picture`, async (t) => {
    const server = await serve(t);
    const receiver = await device(t, `${server.url}/receive`, viewer);
    const sender = await sendDevice(t, server.url, camera);
    await press(sender);
    await moves(receiver);
    await receiver.keyboard.press('i');
    const told = () => shown(receiver);
    // The picture grows while the network shows what it carries, so both are asked until they agree.
    const size = async () => (await told()).figures.Resolution === (await pictureSize(receiver));
    await until('the resolution is that of the picture', size, { describe: told });
    const rates = async () => {
      const { figures } = await told();
      return parseInt(figures['Frame rate']) > 0 && /^[\d.]+ [kM]bit\/s$/.test(figures.Bitrate) && !figures.Bitrate.startsWith('0 ');
    };
    await until('frames and bits are counted', rates, { describe: told });
    const { figures } = await told();
    assert.match(figures.Codec, /^(VP8|VP9|AV1|H\.26[45])/);
    assert.match(figures['Round trip'], /ms$/);
    assert.match(figures['Jitter buffer'], / m?s$/);
    assert.match(figures['Lost packets'], /^\d/);
    assert.match(figures.Freezes, /^\d/);
    assert.match(figures.Route, /^direct, (host|prflx) to (host|prflx), UDP$/);
    const { lines } = await told();
    await until('the figures change and their lines grow', async () => {
      const now = await told();
      return now.figures.Bitrate !== figures.Bitrate && now.lines.Bitrate.length > lines.Bitrate.length;
    });
    await receiver.keyboard.press('i');
    assert.equal(await receiver.$('.stats'), null);
  });
}

test('the statistics have a button, and one that closes them and gives the focus back', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const sender = await sendDevice(t, server.url);
  await press(sender);
  await moves(receiver);
  const pressed = () => receiver.$eval('#statistics', (button) => button.getAttribute('aria-pressed'));
  await receiver.click('#statistics');
  await receiver.waitForSelector('.stats dt');
  assert.equal(await pressed(), 'true');
  await receiver.focus('.stats button');
  await receiver.keyboard.press('Enter');
  assert.equal(await receiver.$('.stats'), null);
  assert.equal(await pressed(), 'false');
  assert.equal(await receiver.evaluate(() => document.activeElement?.id), 'statistics');
});

test('when the camera goes the statistics know nothing, and begin anew with it', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const sender = await sendDevice(t, server.url);
  await press(sender);
  await moves(receiver);
  await receiver.keyboard.press('i');
  const codec = async () => (await shown(receiver)).figures.Codec;
  await until('the codec is known', async () => /^\w/.test((await codec()) ?? ''));
  await pressAgain(sender);
  await until('nothing is known any more', async () => (await codec()) === '–');
  await pressAgain(sender);
  await until('the codec is known again', async () => /^\w/.test((await codec()) ?? ''));
});

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: the send page says who watches, the picture that it sends and its rate`, async (t) => {
    const server = await serve(t);
    const sender = await sendDevice(t, server.url, name);
    await sender.click('#invite');
    const link = await shownLink(sender);
    const viewers = [await device(t, link, name), await device(t, link, name)];
    for (const viewer of viewers) await moves(viewer);
    await says(sender, /^Live · 2 watching$/m);
    await sender.bringToFront(); // Firefox hides the others, and a hidden page does not count
    const figures = () => sender.$eval('#figures', (element) => /** @type {HTMLElement} */ (element).innerText);
    const sent = async () => {
      const [, lines, rate] = /^(\d+)p\d+ · ([\d.]+) [kM]bit\/s$/.exec(await figures()) ?? [];
      const sizes = await Promise.all(viewers.map(pictureSize));
      return Number(rate) > 0 && sizes.some((size) => size.endsWith(` ${lines}`));
    };
    await until('the pill has the picture and its rate', sent, { describe: figures });
    assert.equal(await sender.$eval('#figures', (element) => element.closest('[role=status], [aria-live]')), null, 'every change would be announced');
    await sender.click('#done');
    await pressAgain(sender);
    await until('nothing is sent, and nothing said of it', async () => (await figures()) === '');
  });
}

test('the send page says why viewers get less than the camera gives', async (t) => {
  const server = await serve(t);
  const receiver = await device(t, `${server.url}/receive`);
  const sender = await sendDevice(t, server.url);
  await sender.evaluate(pretendBusy);
  await press(sender);
  await moves(receiver);
  const said = () => sender.$eval('#limit', (element) => /** @type {HTMLElement} */ (element).innerText);
  await until('it lasts, and is said', async () => /^This device is too busy/.test(await said()), { describe: said });
});

/** Runs in the page: from now on the browser says that the processor limits what is encoded. */
function pretendBusy() {
  const { prototype } = RTCPeerConnection;
  const real = prototype.getStats;
  prototype.getStats = async function () {
    const report = [...(await real.call(this))];
    const busy = report.map(([id, stat]) => [id, stat.type === 'outbound-rtp' ? { ...stat, qualityLimitationReason: 'cpu' } : stat]);
    return /** @type {RTCStatsReport} */ (/** @type {unknown} */ (new Map(/** @type {[string, unknown][]} */ (busy))));
  };
}
