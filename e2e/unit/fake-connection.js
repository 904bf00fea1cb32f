// @ts-check

/** As much of an RTCPeerConnection as a session needs, with a log of what was done to it. */
export class FakeConnection {
  /** @type {string[]} */
  log = [];
  signalingState = 'stable';
  connectionState = 'new';
  /** @type {{type: string, sdp: string} | null} */
  localDescription = null;
  /** @type {{type: string, sdp: string} | null} */
  remoteDescription = null;
  /** @type {((event: any) => void) | null} */
  onicecandidate = null;
  /** @type {(() => void) | null} */
  onconnectionstatechange = null;
  ontrack = null;
  transport = { state: 'new', onstatechange: /** @type {(() => void) | null} */ (null) };
  /** What the senders were told of their encodings, each as it stands. @type {any[]} */
  parameters = [];
  /** @type {{sender: Record<string, any>}[]} */
  #transceivers = [];

  addTransceiver() {
    const at = this.#transceivers.length;
    const parameters = { encodings: [{}] };
    this.#transceivers.push({
      sender: {
        transport: this.transport,
        replaceTrack: async () => {},
        getParameters: () => structuredClone(this.parameters[at] ?? parameters),
        setParameters: async (/** @type {unknown} */ told) => void (this.parameters[at] = told),
      },
    });
  }

  restarts = 0;
  restartIce() {
    this.restarts++;
  }

  /** @type {Map<string, object>} */
  stats = new Map();
  async getStats() {
    return this.stats;
  }

  getTransceivers() {
    return this.#transceivers;
  }

  async setLocalDescription() {
    await null;
    const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
    this.localDescription = { type, sdp: `local ${type}` };
    this.signalingState = type === 'offer' ? 'have-local-offer' : 'stable';
  }

  /** @param {{type: string, sdp: string}} description */
  async setRemoteDescription(description) {
    await null;
    if (description.sdp === 'broken') throw new Error('broken');
    this.remoteDescription = description;
    this.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
    this.log.push(`remote ${description.sdp}`);
  }

  /** @param {RTCIceCandidateInit} candidate */
  async addIceCandidate(candidate) {
    await null;
    if (!this.remoteDescription) throw new Error('a candidate before its description');
    this.log.push(`candidate ${candidate.candidate}`);
  }

  close() {
    this.log.push('close');
  }

  /** @param {string} state */
  become(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** @param {string} candidate */
  gather(candidate) {
    this.onicecandidate?.({ candidate: { candidate, toJSON: () => ({ candidate }) } });
  }
}
