package signaling

import "encoding/json"

// iceAnswer is the part of an RTCConfiguration (W3C WebRTC, section 4.2.1) that
// GET /ice-servers gives:
//
//	{"iceServers":[{"urls":["turn:example.org"],"username":"...","credential":"..."}]}
func iceAnswer(servers []ICEServer) []byte {
	if servers == nil {
		servers = []ICEServer{} // [] in JSON, where nil is null
	}
	// Strings and slices of strings always have a JSON form.
	body, _ := json.Marshal(map[string][]ICEServer{"iceServers": servers})
	return append(body, '\n')
}

// iceServers answers GET /ice-servers, for owners of live inboxes only: the
// servers' credentials are worth something.
func (h *Handler) iceServers(x *exchange) error {
	if err := h.authorise(x); err != nil {
		return err
	}
	if err := h.settle(x, h.store.Check(x.r.Context(), x.owner)); err != nil {
		return err
	}
	h.header(x).Set("Content-Type", "application/json")
	x.w.Write(h.ice)
	return nil
}
