// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { codecName } from '../../web/codec-name.js';

test('codecs have names that people know, with their profile where it says something', () => {
  for (const [mimeType, parameters, want] of [
    ['video/VP8', undefined, 'VP8'],
    ['video/H264', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f', 'H.264 Constrained Baseline'],
    ['video/H264', 'profile-level-id=42001f', 'H.264 Baseline'],
    ['video/H264', 'profile-level-id=4D001F', 'H.264 Main'],
    ['video/H264', 'profile-level-id=640c1f', 'H.264 Constrained High'],
    ['video/H264', 'profile-level-id=64001f', 'H.264 High'],
    ['video/H264', 'packetization-mode=1', 'H.264'],
    ['video/H265', 'level-id=93;profile-id=1;tier-flag=0', 'H.265'],
    ['video/VP9', 'profile-id=0', 'VP9'],
    ['video/VP9', 'profile-id=2', 'VP9 profile 2'],
    ['video/AV1', 'level-idx=5;profile=1;tier=0', 'AV1 profile 1'],
    ['audio/opus', 'minptime=10;useinbandfec=1', 'Opus'],
    ['audio/L16', '', 'L16'],
  ]) {
    assert.equal(codecName(mimeType ?? '', parameters), want);
  }
});
