// @ts-check

/**
 * Asks for the smallest delay between a frame's coming and its being shown
 * (W3C WebRTC Extensions, jitterBufferTarget; playoutDelayHint before that had
 * its name). Without it a delay that trouble on the network brought stays for
 * minutes. Sound of the same stream is kept in step with it by the browser.
 *
 * @param {RTCPeerConnection} pc
 */
export function showAtOnce(pc) {
  for (const { receiver } of pc.getTransceivers()) {
    if (receiver.track.kind !== 'video') continue;
    const wish = 'jitterBufferTarget' in receiver ? 'jitterBufferTarget' : 'playoutDelayHint';
    if (wish in receiver) Object.assign(receiver, { [wish]: 0 });
  }
}
