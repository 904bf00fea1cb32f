package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"inbox/signaling"
)

func testIdempotencyKey(t *testing.T, s store) {
	alice := s.open("alice")
	for range 3 {
		s.want(s.putKey("bob", "alice", "once", "key"), nil)
	}
	s.want(s.putKey("carol", "alice", "carol's", "key"), nil)
	s.take(alice, "once")
	s.want(s.putKey("bob", "alice", "once", "key"), nil) // though it is delivered already
	s.take(alice, "carol's")
	s.empty(alice, "")

	for i := range 64 {
		s.want(s.putKey("dave", "alice", fmt.Sprint(i), fmt.Sprint("key ", i)), nil)
	}
	for i := range 64 {
		s.want(s.putKey("dave", "alice", "again", fmt.Sprint("key ", i)), nil)
	}
	for i := range 64 {
		s.take(alice, fmt.Sprint(i))
	}
	s.empty(alice, "")

	s.put("dave", "alice", "no key")
	s.put("dave", "alice", "no key")
	s.take(alice, "no key")
	s.take(alice, "no key")
}

func testFailedPutUsesNoKey(t *testing.T, s store) {
	s.made("bob")
	s.want(s.putKey("bob", "alice", "hello", "key"), signaling.ErrNotFound)
	alice := s.open("alice")
	s.put("carol", "alice", "first")
	s.want(s.putKey("bob", "alice", "hello", "key"), signaling.ErrInboxFull)
	s.take(alice, "first")
	s.want(s.putKey("bob", "alice", "hello", "key"), nil)
	s.take(alice, "hello")
}

func testCapacity(t *testing.T, s store) {
	alice := s.open("alice")
	for i := range 3 {
		s.put("bob", "alice", fmt.Sprint(i))
	}
	s.want(s.putKey("bob", "alice", "too many", ""), signaling.ErrInboxFull)
	s.take(alice, "0")
	s.put("bob", "alice", "3")
	s.want(s.putKey("bob", "alice", "too many", ""), signaling.ErrInboxFull)
	for i := range 3 {
		s.take(alice, fmt.Sprint(i+1))
	}
	s.empty(alice, "")

	for i := range 3 {
		s.put("bob", "alice", fmt.Sprint(i))
	}
	time.Sleep(defaultTimeout)
	s.put("bob", "alice", "there is room when the old ones have expired")
}

func testDeliveredHasItsOwnRoom(t *testing.T, s store) {
	alice := s.open("alice")
	var last string
	for i := range 3 {
		s.put("bob", "alice", fmt.Sprint(i))
		last = s.next(alice, last, fmt.Sprint(i)).ID
	}
	for i := range 3 {
		s.put("bob", "alice", fmt.Sprint(3+i))
	}
	s.want(s.putKey("bob", "alice", "too many", ""), signaling.ErrInboxFull)

	// Whoever reads on and never acknowledges makes no room without end.
	for i := range 3 {
		last = s.next(alice, last, fmt.Sprint(3+i)).ID
	}
	s.want(s.putKey("bob", "alice", "too many", ""), signaling.ErrInboxFull)
	s.want(alice.Ack(t.Context(), last), nil)
	for i := range 3 {
		s.put("bob", "alice", fmt.Sprint(i))
	}
	s.want(s.putKey("bob", "alice", "too many", ""), signaling.ErrInboxFull)
}

// Whoever may not make an inbox makes none, and who has one is not asked.
func testAdmission(t *testing.T, s store) {
	errFull := errors.New("no more for you")
	refuse := func() error { return errFull }
	s.made("alice")
	_, err := s.Open(t.Context(), owner("bob"), refuse)
	s.want(err, errFull)
	s.want(s.Put(t.Context(), owner("bob"), "alice", nil, "", refuse), errFull)
	s.want(s.check("bob"), signaling.ErrNotFound)
	alice := s.open("alice")
	_, err = alice.Take(t.Context(), 0)
	s.want(err, signaling.ErrEmpty)
	s.want(s.Put(t.Context(), owner("alice"), "alice", nil, "", refuse), nil)
	again, err := s.Open(t.Context(), owner("alice"), refuse)
	s.want(err, nil)
	again.Close()
}

func testMaxInboxes(t *testing.T, s store) {
	s.made("1")
	s.made("2")
	s.put("3", "1", "makes the third")
	_, err := s.Open(t.Context(), owner("4"), nil)
	s.want(err, signaling.ErrTooManyInboxes)
	s.want(s.putKey("4", "1", "", ""), signaling.ErrTooManyInboxes)
	s.made("3") // is there already

	s.want(s.Remove(t.Context(), owner("2")), nil)
	s.made("4")
	_, err = s.Open(t.Context(), owner("5"), nil)
	s.want(err, signaling.ErrTooManyInboxes)
	time.Sleep(defaultTimeout)
	for _, id := range []string{"5", "6", "7"} { // what has expired takes no room
		s.made(id)
	}
}

func testMaxBytes(t *testing.T, s store) {
	alice := s.open("alice")
	body := strings.Repeat("x", 8<<10)
	fill := func() (n int) {
		for {
			err := s.putKey("bob", "alice", body, "")
			if err != nil {
				s.want(err, signaling.ErrStoreFull)
				return n
			}
			n++
		}
	}
	n := fill()
	if n < 4 || n > 8 {
		t.Fatalf("%d messages of 8 KiB found room in 64 KiB", n)
	}
	s.take(alice, body)
	if again := fill(); again != 1 {
		t.Errorf("one message taken made room for %d", again)
	}
	time.Sleep(defaultTimeout)
	if again := fill(); again != n {
		t.Errorf("room for %d when all had expired, want %d", again, n)
	}
	s.want(s.Remove(t.Context(), owner("alice")), nil)
	s.open("alice")
	if again := fill(); again != n {
		t.Errorf("room for %d when the inbox was removed, want %d", again, n)
	}
}
