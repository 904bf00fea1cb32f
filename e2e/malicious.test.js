// @ts-check
// The server between two pages means harm: no picture comes that is not the
// camera's, the page says what happened, and the true camera comes through after.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newKey, Seal } from '../web/seal.js';
import { offerOfImpostor, standBetween, viewerAnswered } from './lib/impostor.js';
import { bent, honest, MaliciousServer } from './lib/malicious.js';
import { cameraReady, moves, press, says, shownLink, words } from './lib/pages.js';
import { device, livePair, sendDevice, serve } from './lib/scene.js';

/** @typedef {import('puppeteer-core').Page} Page */

/** @param {import('node:test').TestContext} t */
async function maliciousServer(t) {
  const server = await MaliciousServer.start((await serve(t)).url);
  t.after(() => server.close());
  return server;
}

/**
 * A receive page, and a send page that has its link and was not started.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('./lib/browsers.js').BrowserName} [name]
 */
async function linked(t, name) {
  const server = await maliciousServer(t);
  const receiver = await device(t, `${server.url}/receive`, name);
  const link = await shownLink(receiver);
  const sender = await device(t, link, name);
  await cameraReady(sender);
  await says(receiver, /^Waiting for a camera$/m);
  return { server, receiver, sender, ...partsOf(link) };
}

/**
 * A send page that shows a link, and the receive page that watches by it.
 *
 * @param {import('node:test').TestContext} t
 */
async function watched(t) {
  const server = await maliciousServer(t);
  const sender = await sendDevice(t, server.url);
  await sender.click('#invite');
  const link = await shownLink(sender);
  await sender.click('#done');
  const receiver = await device(t, link);
  return { server, receiver, sender, ...partsOf(link) };
}

/** @param {string} link */
function partsOf(link) {
  const values = new URLSearchParams(new URL(link).hash.slice(1));
  return { id: values.get('to') ?? values.get('from') ?? '', key: values.get('key') ?? '' };
}

/** Whether a picture was ever attached on this page. @param {Page} page */
const hasPicture = (page) => page.$eval('#preview', (video) => /** @type {HTMLVideoElement} */ (video).srcObject !== null);

/** A camera that is not the one of the link. @param {import('node:test').TestContext} t @param {MaliciousServer} server */
async function impostorsOffer(t, server) {
  const page = await device(t, `${server.url}/trust`);
  return { type: 'offer', session: 'impostor', sdp: await page.evaluate(offerOfImpostor) };
}

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: what the camera sends is changed`, async (t) => {
    const { server, receiver, sender } = await linked(t, name);
    server.tamper = bent;
    await press(sender);
    await says(receiver, /A message was refused: it was changed on its way/);
    assert.equal(await hasPicture(receiver), false);
    await says(receiver, /^Waiting for a camera$/m);
    server.tamper = honest;
    await moves(receiver);
    await says(receiver, /Verified end to end/);
  });
}

test('what the receiver answers is changed', async (t) => {
  const { server, receiver, sender, id } = await linked(t);
  server.tamper = (letter) => (letter.from === id ? bent(letter) : letter.body);
  await press(sender);
  await says(sender, /A message was refused: it was changed on its way/);
  assert.doesNotMatch((await words(sender)).join('\n'), /^Live/m);
  server.tamper = honest;
  await moves(receiver);
  await says(sender, /^Live/m);
});

test('the seal is stripped: an offer of another camera, in the name of the true one', async (t) => {
  const { server, receiver, sender, id } = await linked(t);
  const offer = JSON.stringify(await impostorsOffer(t, server));
  server.tamper = (letter) => (letter.to === id ? offer : letter.body);
  await press(sender);
  await says(receiver, /A message that was not sealed was refused/);
  assert.equal(await hasPicture(receiver), false);
  assert.ok(server.letters.every(({ from }) => from !== id), 'the receive page answered');
  server.tamper = honest;
  await moves(receiver);
  await says(receiver, /Verified end to end/);
});

test('the seal is stripped: a plain answer to the camera', async (t) => {
  const { server, receiver, sender, id } = await linked(t);
  server.tamper = (letter) => (letter.from === id ? JSON.stringify({ type: 'answer', sdp: 'v=0' }) : letter.body);
  await press(sender);
  await says(sender, /A message that was not sealed was refused/);
  server.tamper = honest;
  await moves(receiver);
});

test('an old offer is delivered again', async (t) => {
  const { server, receiver, sender, id } = await linked(t);
  await press(sender);
  await moves(receiver);
  const offer = server.letters.find(({ to }) => to === id);
  assert.ok(offer);
  await server.deliver(offer, offer.body);
  await says(receiver, /An old message was delivered again and was refused/);
  await moves(receiver);
  await sender.waitForSelector('#start[aria-disabled="false"]');
  await press(sender);
  await says(receiver, /The camera has stopped/);
  await receiver.reload();
  await says(receiver, /Waiting for (a camera|one)/);
  // Nonces from before the reload are no sign of harm at first; a second time they are.
  for (let i = 0; i < 2; i++) await server.deliver(offer, offer.body);
  await says(receiver, /An old message was delivered again and was refused/);
  assert.equal(await hasPicture(receiver), false);
  await sender.waitForSelector('#start[aria-disabled="false"]');
  await press(sender);
  await moves(receiver);
});

test('an old question of a viewer is delivered again', async (t) => {
  const { server, receiver, sender, id } = await watched(t);
  await moves(receiver);
  const question = server.letters.find(({ to }) => to === id);
  assert.ok(question);
  await server.deliver(question, question.body);
  await says(sender, /An old message was delivered again and was refused/);
  await moves(receiver);
});

test('messages from a third inbox, even sealed with the key of the link', async (t) => {
  const { server, receiver, id, key } = await watched(t);
  await moves(receiver);
  const viewer = server.letters.find(({ to }) => to === id)?.from ?? '';
  const offer = JSON.stringify(await impostorsOffer(t, server));
  /** @param {string} key */
  const sealed = async (key) => JSON.stringify({ type: 'sealed', box: await new Seal(key).seal(offer, 'third', viewer) });
  await server.sendFrom('third', viewer, await sealed(key));
  await says(receiver, /A message from somebody whom this link does not name was refused/);
  // The same in the camera's name.
  const letter = server.letters.find(({ from }) => from === id);
  assert.ok(letter);
  await server.deliver(letter, await sealed(key));
  await says(receiver, /A message was refused: it was changed on its way/);
  assert.ok(server.letters.every(({ to }) => to !== 'third'), 'the receive page answered');
  await moves(receiver);
  await says(receiver, /Verified end to end/);
});

test('a third inbox asks a camera that was told whom to dial', async (t) => {
  const { server, receiver, sender, id, key } = await linked(t);
  await press(sender);
  await moves(receiver);
  const camera = server.letters.find(({ to }) => to === id)?.from ?? '';
  for (const known of [key, newKey()]) {
    const box = await new Seal(known).seal('{"type":"watch","session":"s"}', 'third', camera);
    await server.sendFrom('third', camera, JSON.stringify({ type: 'sealed', box }));
  }
  await says(sender, /A message from somebody whom this link does not name was refused/);
  assert.ok(server.letters.every(({ to }) => to !== 'third'), 'the send page answered');
  await moves(receiver);
});

test('in the lobby somebody stands in between: the picture comes, and the four words differ', async (t) => {
  const server = await maliciousServer(t);
  const between = await device(t, `${server.url}/trust`);
  /** What is said instead, in each session: an offer that is not answered yet comes again. @type {Map<string, ReturnType<typeof standBetween>>} */
  const instead = new Map();
  server.tamper = async ({ body }) => {
    const { type, sdp, session } = JSON.parse(body);
    if (type === 'offer') {
      const made = instead.get(session) ?? between.evaluate(standBetween, sdp);
      instead.set(session, made);
      return JSON.stringify({ type, session, sdp: (await made).offer });
    }
    if (type === 'answer') {
      await between.evaluate(viewerAnswered, sdp);
      return JSON.stringify({ type, session, sdp: (await instead.get(session))?.answer });
    }
    return type === 'icecandidate' ? null : body; // all are in the descriptions, or are found by their packets
  };
  const { sender, receiver } = await livePair(t, server.url);
  const said = [];
  for (const page of [sender, receiver]) {
    await says(page, /both pages say “\w+ \w+ \w+ \w+”/);
    said.push(/“(.*)”/.exec((await words(page)).join())?.[1]);
  }
  assert.notEqual(said[0], said[1]);
});
