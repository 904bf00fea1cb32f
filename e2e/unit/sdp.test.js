// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { withStartBitrate } from '../../web/sdp.js';

test('the start bitrate is added to video codecs and to nothing else', () => {
  const sdp = [
    'v=0', 'm=audio 9 X 111', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10',
    'm=video 9 X 96 97 102', 'a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96',
    'a=rtpmap:102 H264/90000', 'a=fmtp:102 packetization-mode=1', '',
  ].join('\r\n');
  const expected = sdp
    .replace('VP8/90000\r\n', 'VP8/90000\r\na=fmtp:96 x-google-start-bitrate=900\r\n')
    .replace('packetization-mode=1', 'packetization-mode=1;x-google-start-bitrate=900');
  assert.equal(withStartBitrate(sdp, 900), expected);
});

test('a description without video stays as it is', () => {
  assert.equal(withStartBitrate('v=0\r\nm=audio 9 X 111\r\n', 900), 'v=0\r\nm=audio 9 X 111\r\n');
});
