// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { firstOf, inHardware, inOrder, prefer, preferAnswered } from '../../web/codecs.js';

const h264 = (/** @type {string} */ profile, mode = 1) => ({ mimeType: 'video/H264', sdpFmtpLine: `level-asymmetry-allowed=1;packetization-mode=${mode};profile-level-id=${profile}` });
const ALL = [...['VP8', 'rtx', 'VP9'].map((name) => ({ mimeType: `video/${name}` })), h264('42001f'), h264('42e01f', 0), h264('42e01f'), { mimeType: 'video/AV1' }, { mimeType: 'video/red' }];

/** @param {{mimeType: string, sdpFmtpLine?: string}[]} codecs */
const names = (codecs) => codecs.map(({ mimeType, sdpFmtpLine }) => mimeType.slice(6) + (sdpFmtpLine?.match(/mode=(\d).*id=(\w+)/)?.slice(1).join(' ') ?? ''));

/** @param {string[]} codecs in the order of the offer */
const offer = (codecs) => ['v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2', `m=video 9 UDP/TLS/RTP/SAVPF ${codecs.map((_, i) => 96 + i).join(' ')}`, ...codecs.map((name, i) => `a=rtpmap:${96 + i} ${name}/90000`), 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', ''].join('\r\n');

test('VP8 and the H.264 that all have go first, and nothing is left out', () => {
  assert.deepEqual(names(inOrder(ALL, [])), ['VP8', 'H2641 42e01f', 'H2641 42001f', 'H2640 42e01f', 'rtx', 'VP9', 'AV1', 'red']);
});

test('what hardware does goes before them', () => {
  assert.deepEqual(names(inOrder(ALL, ['video/av1', 'video/vp9'])).slice(0, 3), ['AV1', 'VP9', 'VP8']);
});

test('a browser that prefers H.264 keeps that', () => {
  assert.deepEqual(names(inOrder([h264('42e01f'), ...ALL.slice(0, 1)], [])), ['H2641 42e01f', 'VP8']);
});

test('what an offer has before VP8 and H.264', () => {
  assert.deepEqual(firstOf(offer(['AV1', 'rtx', 'VP9', 'VP9', 'VP8', 'H264'])), ['video/av1', 'video/vp9']);
  assert.deepEqual(firstOf(offer(['H264', 'VP9', 'VP8'])), []);
  assert.deepEqual(firstOf(offer(['VP9'])), [], 'nothing else to choose from');
  assert.deepEqual(firstOf('v=0\r\n'), []);
});

/** @param {Record<string, object>} answers */
const capabilities = (answers) => /** @type {any} */ ({
  encodingInfo: async (/** @type {any} */ { type, video }) => {
    assert.equal(type, 'webrtc');
    const answer = answers[video.contentType];
    if (!answer) throw new TypeError('not a type that I know');
    return answer;
  },
});

test('hardware is what the browser calls so, and no answer is none', async () => {
  const yes = { supported: true, powerEfficient: true };
  assert.deepEqual(await inHardware('encodingInfo', capabilities({ 'video/vp9': yes, 'video/h265': { supported: false, powerEfficient: true }, 'video/av1': yes })), ['video/av1', 'video/vp9']);
  assert.deepEqual(await inHardware('encodingInfo', capabilities({ 'video/vp9': { supported: true, powerEfficient: false } })), []);
  assert.deepEqual(await inHardware('decodingInfo', undefined), []);
});

/** @param {import('node:test').TestContext} t */
function withCapabilities(t) {
  const had = globalThis.RTCRtpReceiver;
  globalThis.RTCRtpReceiver = /** @type {any} */ ({ getCapabilities: () => ({ codecs: ALL }) });
  t.after(() => (globalThis.RTCRtpReceiver = had));
}

/** @param {string} kind */
function transceiver(kind) {
  /** @type {string[]} */
  const told = [];
  const setCodecPreferences = (/** @type {any[]} */ codecs) => void told.push(...names(codecs));
  return /** @type {any} */ ({ told, setCodecPreferences, receiver: { track: { kind } } });
}

test('the answer keeps in front what both do in hardware', (t) => {
  withCapabilities(t);
  const [sound, picture] = [transceiver('audio'), transceiver('video')];
  const pc = /** @type {any} */ ({ remoteDescription: { sdp: offer(['AV1', 'VP9', 'VP8']) }, getTransceivers: () => [sound, picture] });
  preferAnswered(pc, ['video/vp9']);
  assert.deepEqual(picture.told.slice(0, 2), ['VP9', 'VP8']);
  assert.ok(picture.told.indexOf('AV1') > picture.told.indexOf('VP8'));
  assert.deepEqual(sound.told, []);
});

test('an answer that needs no change is left to the browser', (t) => {
  withCapabilities(t);
  for (const [codecs, hardware] of [[['VP8', 'VP9'], []], [['VP9', 'VP8'], ['video/vp9']]]) {
    const picture = transceiver('video');
    preferAnswered(/** @type {any} */ ({ remoteDescription: { sdp: offer(codecs) }, getTransceivers: () => [picture] }), hardware);
    assert.deepEqual(picture.told, []);
  }
});

test('a browser that cannot be told goes on', (t) => {
  prefer(/** @type {any} */ ({}), []); // no capabilities either
  withCapabilities(t);
  prefer(/** @type {any} */ ({}), []);
  prefer(/** @type {any} */ ({ setCodecPreferences: () => { throw new DOMException('', 'InvalidModificationError'); } }), []);
});
