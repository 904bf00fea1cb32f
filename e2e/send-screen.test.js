// @ts-check
// The screen instead of the camera.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cameraReady, moves, says } from './lib/pages.js';
import { serve } from './lib/scene.js';
import { befalls, encoding, offers, sendPage, sendingPair } from './lib/send.js';
import { until } from './lib/until.js';

test('the screen in the same session, and back to the camera when its share ends', async (t) => {
  const server = await serve(t);
  const { sender, receiver } = await sendingPair(t, server.url, { before: [drawnScreen] });
  const before = await offers(sender);
  await sender.bringToFront();
  await sender.click('#screen');
  await says(sender, /your screen/);
  await moves(receiver);
  assert.equal((await encoding(sender)).hint, 'detail');
  await until('the camera is off', () => sender.evaluate(() => /** @type {any} */ (window).opened.every((/** @type {MediaStreamTrack} */ { readyState }) => readyState === 'ended')));
  assert.equal(await sender.evaluate(() => document.querySelector('#flip')?.checkVisibility()), false);
  await befalls(sender, 'ended');
  await says(sender, /^Live$/m);
  await moves(receiver);
  assert.equal(await offers(sender), before, 'nothing was negotiated');
});

test('the browser’s own question, answered with a screen', async (t) => {
  const server = await serve(t);
  const { sender, receiver } = await sendingPair(t, server.url);
  await sender.bringToFront();
  await sender.click('#screen');
  await says(sender, /your screen/);
  await moves(receiver);
  await sender.click('#screen');
  await says(sender, /^Live$/m);
  await moves(receiver);
});

test('a reload while the screen is shared does not show the camera', async (t) => {
  const server = await serve(t);
  const { sender, receiver } = await sendingPair(t, server.url, { before: [drawnScreen] });
  await sender.bringToFront();
  await sender.click('#screen');
  await says(sender, /your screen/);
  await sender.reload();
  await says(sender, /^Paused/m);
  await says(receiver, /Paused/);
  assert.equal((await encoding(sender)).sends, false);
});

test('a browser that cannot share a screen does not offer it, and one that fails says so', async (t) => {
  const server = await serve(t);
  const without = await sendPage(t, server.url, { before: [noScreen] });
  await cameraReady(without);
  assert.equal(await without.evaluate(() => document.querySelector('#screen')?.checkVisibility()), false);
  const failing = await sendPage(t, server.url, { before: [brokenScreen] });
  await cameraReady(failing);
  await failing.click('#screen');
  await says(failing, /screen could not be shared/);
});

// What follows runs in the page, before its own scripts.

/** A screen that can be told from the camera: a canvas that changes all the time. */
function drawnScreen() {
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 800;
    canvas.height = 600;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    let hue = 0;
    const draw = () => {
      context.fillStyle = `hsl(${(hue += 7)} 80% 50%)`;
      context.fillRect(0, 0, 800, 600);
      requestAnimationFrame(draw);
    };
    draw();
    return canvas.captureStream(30);
  };
}

function noScreen() {
  Object.defineProperty(MediaDevices.prototype, 'getDisplayMedia', { value: undefined });
}

function brokenScreen() {
  navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException('', 'NotReadableError'));
}
