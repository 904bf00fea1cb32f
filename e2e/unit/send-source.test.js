// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CaptureError } from '../../web/capture.js';
import { Choices } from '../../web/choices.js';
import { Source } from '../../web/source.js';

/** As much of a MediaStreamTrack as a source needs. */
class FakeTrack extends EventTarget {
  contentHint = '';
  readyState = 'live';
  kind = 'video';

  /** @param {string} id @param {string} [facingMode] */
  constructor(id, facingMode) {
    super();
    this.label = `camera ${id}`;
    this.settings = { deviceId: id, facingMode };
  }

  getSettings() {
    return this.settings;
  }

  stop() {
    this.readyState = 'ended';
  }

  /** @param {string} type */
  fire(type) {
    if (type === 'ended') this.readyState = 'ended';
    this.dispatchEvent(new Event(type));
  }
}

/** A source with fake devices, and a log of what was asked of them. @param {import('node:test').TestContext} t */
function newScene(t) {
  const closed = new AbortController();
  t.after(() => closed.abort());
  /** @type {Map<string, string>} */
  const kept = new Map();
  const choices = new Choices({ getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) });
  const scene = {
    closed,
    choices,
    devices: ['a', 'b'],
    /** @type {Record<string, string>} */
    facing: {},
    /** @type {any[]} */
    asked: [],
    /** @type {FakeTrack[]} */
    opened: [],
    /** @type {Error | undefined} */
    refuse: undefined,
    /** @type {{video: any, audio: any}[]} */
    sent: [],
    /** @type {FakeTrack[]} */
    tracks: [],
  };
  /** @param {any} constraints */
  const openCamera = async (constraints) => {
    assert.ok(scene.opened.every(({ readyState }) => readyState === 'ended'), 'a camera is open already');
    scene.asked.push(constraints);
    await null;
    if (scene.refuse) throw scene.refuse;
    const { exact, ideal } = constraints.deviceId ?? {};
    if (exact && !scene.devices.includes(exact)) throw new CaptureError('none');
    const facing = scene.devices.find((id) => constraints.facingMode && scene.facing[id] === constraints.facingMode.ideal);
    const id = exact ?? facing ?? (scene.devices.includes(ideal) ? ideal : scene.devices[0]);
    if (id === undefined) throw new CaptureError('none');
    const track = new FakeTrack(id, scene.facing[id]);
    scene.opened.push(track);
    return track;
  };
  const stream = {
    getVideoTracks: () => scene.tracks,
    addTrack: (/** @type {FakeTrack} */ track) => void scene.tracks.push(track),
    removeTrack: (/** @type {FakeTrack} */ track) => void (scene.tracks = scene.tracks.filter((each) => each !== track)),
  };
  const source = new Source({
    choices,
    stream: /** @type {any} */ (stream),
    send: (tracks) => void scene.sent.push(tracks),
    onchange: () => {},
    signal: closed.signal,
    settle: 1,
    capture: /** @type {any} */ ({
      canShareScreen: () => true,
      listDevices: async () => ({ cameras: scene.devices.map((deviceId) => ({ deviceId, label: `camera ${deviceId}` })), microphones: [] }),
      openCamera,
      openScreen: async () => ({ picture: new FakeTrack('screen'), sound: undefined }),
    }),
  });
  return { ...scene, source, scene, device: () => scene.tracks[0]?.settings.deviceId };
}

test('another camera: the old one is stopped first, and viewers keep its last picture until then', async (t) => {
  const { source, scene, device, choices } = newScene(t);
  await source.open();
  await source.choose('b');
  assert.equal(device(), 'b');
  assert.deepEqual(choices.values.camera, { id: 'b', label: 'camera b' });
  assert.deepEqual(scene.sent.map(({ video }) => video?.label), ['camera a', 'camera b']);
});

test('a camera that has other ids since is found by its label', async (t) => {
  const { source, choices, device } = newScene(t);
  choices.set({ camera: { id: 'old', label: 'camera b' } });
  await source.open();
  await settled();
  assert.equal(device(), 'b');
});

test('the camera on the other side, else the next one', async (t) => {
  const { source, scene, device, choices } = newScene(t);
  await source.open();
  await source.flip();
  assert.equal(device(), 'b');
  scene.devices = ['a', 'wide', 'b'];
  scene.facing = { a: 'user', wide: 'environment', b: 'environment' };
  await source.choose('b');
  await source.flip();
  assert.equal(device(), 'a');
  assert.equal(choices.values.camera.id, 'a');
  await source.flip();
  assert.equal(device(), 'wide');
});

test('an unplugged camera is waited for, and no other is opened by itself', async (t) => {
  const { source, scene, device } = newScene(t);
  await source.open();
  await source.choose('b');
  scene.devices = ['a'];
  scene.tracks[0].fire('ended');
  await settled();
  await source.devicesChanged();
  assert.equal(source.picture, 'gone');
  assert.equal(source.state, 'away');
  assert.equal(scene.sent.at(-1)?.video, null);
  await source.substitute();
  assert.equal(device(), 'a');
  scene.devices = ['a', 'b'];
  await source.devicesChanged();
  await settled();
  assert.equal(device(), 'b');
});

test('a camera that is busy or not there is tried again when devices change', async (t) => {
  const { source, scene } = newScene(t);
  for (const problem of /** @type {const} */ (['busy', 'none'])) {
    scene.refuse = new CaptureError(problem);
    await source.open();
    assert.equal(source.picture, problem);
    scene.refuse = undefined;
    await source.devicesChanged();
    assert.equal(source.picture, 'ready');
  }
});

test('paused sends nothing, though a camera is changed meanwhile', async (t) => {
  const { source, scene } = newScene(t);
  await source.open();
  source.pause(true);
  assert.equal(source.state, 'paused');
  await source.choose('b');
  assert.deepEqual(scene.sent.at(-1), { video: null, audio: null });
  source.pause(false);
  assert.equal(scene.sent.at(-1)?.video.label, 'camera b');
  assert.equal(source.state, 'live');
});

test('a picture that the system keeps back comes back, or is fetched', async (t) => {
  const { source, scene } = newScene(t);
  await source.open();
  const [track] = scene.tracks;
  track.fire('mute');
  assert.equal(source.state, 'away');
  track.fire('unmute');
  assert.equal(source.state, 'live');
  await source.shown();
  assert.equal(scene.opened.length, 1);
  track.fire('mute');
  await source.shown();
  assert.equal(source.state, 'live');
  assert.equal(scene.opened.length, 2);
});

test('the screen instead of the camera, until its share ends', async (t) => {
  const { source, scene, device } = newScene(t);
  await source.open();
  await source.choose('b');
  await source.share();
  assert.equal(source.kind, 'screen');
  assert.equal(device(), 'screen');
  assert.equal(scene.tracks[0].contentHint, 'detail');
  assert.ok(scene.opened.every(({ readyState }) => readyState === 'ended'), 'the camera is off');
  scene.tracks[0].fire('ended');
  await settled();
  assert.equal(source.kind, 'camera');
  assert.equal(device(), 'b');
});

test('at its end every device is let go of', async (t) => {
  const { source, scene, closed } = newScene(t);
  await source.open();
  closed.abort();
  assert.ok(scene.opened.every(({ readyState }) => readyState === 'ended'));
});

/** Lets what is under way come to rest. */
async function settled() {
  for (let i = 0; i < 20; i++) await turn();
}
