package signaling

import "container/list"

// lru is a map of at most max entries that forgets the ones unused for longest.
// It is not for use by several goroutines at once.
type lru[K comparable, V any] struct {
	max     int
	order   list.List // of *lruEntry, the last used first
	entries map[K]*list.Element
}

type lruEntry[K comparable, V any] struct {
	key   K
	value V
}

func newLRU[K comparable, V any](max int) *lru[K, V] {
	return &lru[K, V]{max: max, entries: make(map[K]*list.Element)}
}

// get returns the value of key, and counts as a use of it.
func (l *lru[K, V]) get(key K) (value V, ok bool) {
	e, ok := l.entries[key]
	if !ok {
		return value, false
	}
	l.order.MoveToFront(e)
	return e.Value.(*lruEntry[K, V]).value, true
}

// put sets the value of key, which is not in l yet.
func (l *lru[K, V]) put(key K, value V) {
	if len(l.entries) >= l.max {
		oldest := l.order.Back()
		delete(l.entries, l.order.Remove(oldest).(*lruEntry[K, V]).key)
	}
	l.entries[key] = l.order.PushFront(&lruEntry[K, V]{key, value})
}
