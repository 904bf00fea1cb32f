// @ts-check
// How long from pressing Start to the first frame on the receiver, in
// milliseconds. Usage: node e2e/bench/start.mjs [runs] [chromium|firefox]
import { launch } from '../lib/browsers.js';
import { cameraReady, open, press, says } from '../lib/pages.js';
import { Proxy } from '../lib/proxy.js';
import { Server } from '../lib/server.js';
import { startToFrame } from '../lib/timing.js';

const runs = Number(process.argv[2] ?? 10);
const name = /** @type {import('../lib/browsers.js').BrowserName} */ (process.argv[3] ?? 'chromium');

/** @param {number[]} times */
function median(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}

/**
 * One measurement, with a server, a proxy and two devices of its own.
 *
 * @param {import('../lib/browsers.js').Browser} browser
 * @param {number} delay each way to the server, in milliseconds
 * @param {boolean} sealed whether the two meet by link
 */
async function measure(browser, delay, sealed) {
  const server = await Server.start();
  const proxy = await Proxy.start(server.port, { delay });
  const receiver = await open(browser, `${proxy.url}/receive`);
  await says(receiver, /Waiting for a camera/);
  await receiver.waitForFunction(() => /** @type {HTMLInputElement} */ (document.querySelector('#link')).value !== '');
  const link = await receiver.evaluate(() => /** @type {HTMLInputElement} */ (document.querySelector('#link')).value);
  const sender = await open(browser, sealed ? link : `${proxy.url}/send`);
  await cameraReady(sender);
  const time = startToFrame(sender, receiver);
  await press(sender);
  const taken = await time;
  await sender.browserContext().close();
  await receiver.browserContext().close();
  proxy.close();
  await server.close();
  return taken;
}

const browser = await launch(name);
try {
  for (const delay of [0, 25]) {
    for (const sealed of [false, true]) {
      const times = [];
      for (let i = 0; i < runs; i++) times.push(await measure(browser, delay, sealed));
      console.log(`${name}, ${sealed ? 'by link' : 'lobby'}, ${2 * delay} ms added round trip: median ${median(times)} ms of ${times.join(' ')}`);
    }
  }
} finally {
  await browser.close();
}
