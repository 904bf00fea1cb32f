package peer

// Nonce is what makes a box unlike any other that was sealed with its key.
type Nonce [12]byte

// maxReplays is how many nonces a Replays remembers. A session takes two or three.
const maxReplays = 512

// Replays knows which sealed messages came before. A server that cannot forge a
// message can still deliver an old one again, so one that begins or ends a
// session (offer, watch, bye) must count once. The zero value is ready for use,
// by one goroutine; it is bounded, and the oldest nonce is forgotten first.
type Replays struct {
	seen map[Nonce]struct{}
	ring [maxReplays]Nonce
	next int
}

// Take remembers a nonce and reports whether it is new. Give it only nonces of
// boxes that could be opened: others would push those out.
func (r *Replays) Take(n Nonce) bool {
	if _, ok := r.seen[n]; ok {
		return false
	}
	if r.seen == nil {
		r.seen = make(map[Nonce]struct{}, maxReplays)
	}
	if len(r.seen) == maxReplays {
		delete(r.seen, r.ring[r.next])
	}
	r.seen[n] = struct{}{}
	r.ring[r.next] = n
	r.next = (r.next + 1) % maxReplays
	return true
}
