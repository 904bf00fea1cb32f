package signaling

// recent is a map that remembers at least the max entries used last, and at
// most twice as many. It is not for use by several goroutines at once.
//
// It has two generations: a full young one becomes the old one, and what was
// not used since the old one was young is forgotten. So a use costs a lookup,
// without the list that an exact order would have to keep.
type recent[K comparable, V any] struct {
	max        int
	young, old map[K]V
}

func newRecent[K comparable, V any](max int) *recent[K, V] {
	return &recent[K, V]{max: max, young: make(map[K]V)}
}

// get returns the value of key, and counts as a use of it.
func (r *recent[K, V]) get(key K) (value V, ok bool) {
	if value, ok = r.young[key]; ok {
		return value, true
	}
	if value, ok = r.old[key]; ok {
		delete(r.old, key)
		r.put(key, value)
	}
	return value, ok
}

// put sets the value of key, which is not in r yet.
func (r *recent[K, V]) put(key K, value V) {
	if len(r.young) >= r.max {
		r.young, r.old = make(map[K]V), r.young
	}
	r.young[key] = value
}
