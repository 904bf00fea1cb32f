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

/**
 * What sealing a message of an offer's size and opening it again takes, once its
 * key is derived, and what the first takes, for which it is derived.
 *
 * @param {import('../lib/browsers.js').Browser} browser
 */
async function sealing(browser) {
  const server = await Server.start();
  const page = await open(browser, `${server.url}/trust`);
  const times = await page.evaluate(async () => {
    /** @type {typeof import('../../web/seal.js')} */
    const { Seal, newKey } = await import(/** @type {any} */ ('/seal.js'));
    const seal = new Seal(newKey());
    const offer = 'x'.repeat(8000);
    const times = [];
    for (let i = 0; i < 101; i++) {
      const began = performance.now();
      await seal.open(await seal.seal(offer, 'a', 'b'), 'a', 'b');
      times.push(performance.now() - began);
    }
    return times;
  });
  await page.browserContext().close();
  await server.close();
  return { first: times[0], later: median(times.slice(1)) };
}

const browser = await launch(name);
try {
  const { first, later } = await sealing(browser);
  console.log(`${name}, sealing and opening 8 kB: ${later.toFixed(2)} ms, the first time ${first.toFixed(2)} ms`);
  for (const delay of [0, 25]) {
    // One of each after the other, so that what else the machine does is in both.
    /** @type {[number[], number[]]} */
    const [plain, sealed] = [[], []];
    for (let i = 0; i < runs; i++) {
      plain.push(await measure(browser, delay, false));
      sealed.push(await measure(browser, delay, true));
    }
    console.log(`${name}, ${2 * delay} ms added round trip`);
    console.log(`  lobby    median ${median(plain)} ms of ${plain.join(' ')}`);
    console.log(`  by link  median ${median(sealed)} ms of ${sealed.join(' ')}`);
    console.log(`  sealing  ${median(sealed) - median(plain)} ms, by pairs ${median(sealed.map((time, i) => time - plain[i]))} ms`);
  }
} finally {
  await browser.close();
}
