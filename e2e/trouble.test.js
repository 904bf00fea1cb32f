// @ts-check
// What a person reads when something is wrong, and the way on from there.
import assert from 'node:assert/strict';
import test from 'node:test';
import { launch } from './lib/browsers.js';
import { cameraReady, open, press, pressAction, says } from './lib/pages.js';
import { blankDevice, browser, device, sendDevice, serve } from './lib/scene.js';
import { unplug } from './lib/states.js';

/**
 * @param {import('node:test').TestContext} t
 * @param {{args?: string[], without?: string}} options
 */
async function otherBrowser(t, options) {
  const other = await launch('chromium', options);
  t.after(() => other.close());
  return other;
}

test('the camera is not allowed', async (t) => {
  const server = await serve(t);
  const strict = await otherBrowser(t, { without: '--use-fake-ui', args: ['--deny-permission-prompts'] });
  await says(await open(strict, `${server.url}/send`), /may not use the camera.*Allow the camera/s);
});

test('there is no camera', async (t) => {
  const server = await serve(t);
  const bare = await otherBrowser(t, { without: '--use-fake-device' });
  const page = await open(bare, `${server.url}/send`);
  await says(page, /no camera.*Connect one/s);
  await press(page);
  await says(page, /no camera/);
});

test('the page is not secure', async (t) => {
  const server = await serve(t);
  const lost = await otherBrowser(t, { args: ['--host-resolver-rules=MAP inbox.example 127.0.0.1'] });
  await says(await open(lost, `http://inbox.example:${server.port}/send`), /only to secure pages.*https:/s);
});

test('the camera is in use, and free again later', async (t) => {
  const server = await serve(t);
  const page = await blankPage(t);
  await page.evaluateOnNewDocument(() => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    let calls = 0;
    navigator.mediaDevices.getUserMedia = (constraints) =>
      calls++ === 0 ? Promise.reject(new DOMException('in use', 'NotReadableError')) : real(constraints);
  });
  await page.goto(`${server.url}/send`);
  await says(page, /in use by another program/);
  await pressAction(page);
  await cameraReady(page);
  await says(page, /^Ready$/m);
});

test('a browser without WebRTC', async (t) => {
  const server = await serve(t);
  const page = await blankPage(t);
  await page.evaluateOnNewDocument(() => Reflect.deleteProperty(window, 'RTCPeerConnection'));
  for (const path of ['send', 'receive']) {
    await page.goto(`${server.url}/${path}`);
    await says(page, /no WebRTC/);
  }
});

test('the lobby is switched off', async (t) => {
  const server = await serve(t, ['-https=false', '-lobby=false']);
  for (const path of ['send', 'receive']) {
    await says(await device(t, `${server.url}/${path}`), /lobby switched off/);
  }
});

test('a link that is not whole', async (t) => {
  const server = await serve(t);
  for (const path of ['send#to=abcdefgh', 'send#key=x', 'receive#from=abcdefgh&key=short']) {
    await says(await device(t, `${server.url}/${path}`), /link is not whole.*Scan the QR code again/s);
  }
});

test('the camera is unplugged and plugged in again', async (t) => {
  const server = await serve(t);
  const sender = await sendDevice(t, server.url);
  await sender.evaluate(unplug);
  await says(sender, /camera was disconnected/);
  await sender.evaluate(() => navigator.mediaDevices.dispatchEvent(new Event('devicechange')));
  await says(sender, /^Ready$/m);
});

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: a script that does not come is told of after a while`, async (t) => {
    const server = await serve(t);
    const page = await blankDevice(t, name);
    await page.setRequestInterception(true);
    page.on('request', (request) => void (request.url().endsWith('/session.js') ? request.abort() : request.continue()));
    for (const path of ['send', 'receive']) {
      await page.goto(`${server.url}/${path}`);
      const seen = () => page.$eval('.late', (late) => late.getBoundingClientRect().width > 0);
      assert.equal(await seen(), false);
      await page.$eval('.late', (late) => late.getAnimations()[0]?.finish()); // 15 s later
      assert.equal(await seen(), true);
      await says(page, /One moment.*Reload the page/s);
    }
  });
}

/** @param {import('node:test').TestContext} t */
async function blankPage(t) {
  const context = await (await browser()).createBrowserContext();
  t.after(() => context.close());
  return context.newPage();
}
