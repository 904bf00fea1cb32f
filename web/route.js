// @ts-check
// Which way the media of a peer connection takes.

/** @typedef {import('./stats.js').Report} Report */
/** @typedef {import('./stats.js').Stat} Stat */

/**
 * @typedef {object} Route
 * @property {'direct' | 'relay'} kind relay: through a TURN server at either end
 * @property {string} [local] the type of this end's candidate: host, srflx, prflx or relay (RFC 8445, section 5.1.1)
 * @property {string} [remote] that of the other end's
 * @property {string} [protocol] udp or tcp; behind a relay that between this end and its TURN server
 */

/**
 * The way that media takes now, undefined while there is none (RTCIceCandidatePairStats,
 * RTCIceCandidateStats).
 *
 * @param {Report} report
 * @returns {Route | undefined}
 */
export function route(report) {
  const pair = selectedPair(report);
  if (!pair) return undefined;
  const local = report.get(pair.localCandidateId);
  const remote = report.get(pair.remoteCandidateId);
  const types = [local?.candidateType, remote?.candidateType];
  return {
    kind: types.includes('relay') ? 'relay' : 'direct',
    local: types[0],
    remote: types[1],
    protocol: local?.relayProtocol ?? local?.protocol,
  };
}

/**
 * The candidate pair in use. A transport names it (RTCTransportStats); an older
 * Firefox has no transports and marks the pair itself. Of several nominated ones,
 * as an ICE restart leaves behind, the last to have received is in use.
 *
 * @param {Report} report
 * @returns {Stat | undefined}
 */
export function selectedPair(report) {
  const stats = [...report.values()];
  for (const { type, selectedCandidatePairId } of stats) {
    if (type === 'transport' && report.has(selectedCandidatePairId)) return report.get(selectedCandidatePairId);
  }
  const pairs = stats.filter(({ type }) => type === 'candidate-pair');
  const nominated = pairs.filter(({ nominated, state }) => nominated && state === 'succeeded');
  nominated.sort((a, b) => (b.lastPacketReceivedTimestamp ?? 0) - (a.lastPacketReceivedTimestamp ?? 0));
  return pairs.find(({ selected }) => selected) ?? nominated[0];
}
