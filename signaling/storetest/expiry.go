package storetest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

func testInboxTimeout(t *testing.T, s store) {
	s.made("alice")
	time.Sleep(defaultTimeout - 1)
	s.want(s.check("alice"), nil) // and that was asking
	time.Sleep(defaultTimeout - 1)
	s.made("alice")
	time.Sleep(defaultTimeout)
	s.want(s.check("alice"), signaling.ErrNotFound)
	s.want(s.putKey("bob", "alice", "late", ""), signaling.ErrNotFound)
	r, err := s.Open(t.Context(), thief("alice"), nil) // free for anybody
	s.want(err, nil)
	s.empty(r, "")
}

func testActiveSenderLives(t *testing.T, s store) {
	s.open("alice")
	for range 10 {
		s.put("bob", "alice", "hello")
		time.Sleep(defaultTimeout - 1)
	}
	s.want(s.check("bob"), nil)
}

func testReaderKeepsAlive(t *testing.T, s store) {
	alice := s.open("alice")
	go func() {
		time.Sleep(time.Hour)
		s.putKey("bob", "alice", "patience", "")
	}()
	m, err := alice.Take(t.Context(), 2*time.Hour)
	s.wantBody(m, err, "patience")
	time.Sleep(time.Hour)
	s.want(s.check("alice"), nil)
	alice.Close()
	alice.Close()
	time.Sleep(defaultTimeout - 1)
	s.want(s.check("alice"), nil)
	time.Sleep(defaultTimeout)
	s.want(s.check("alice"), signaling.ErrNotFound)
}

func testStrangersDoNotKeepAlive(t *testing.T, s store) {
	s.made("alice")
	time.Sleep(defaultTimeout / 2)
	s.put("bob", "alice", "hello")
	s.want(s.Check(t.Context(), thief("alice")), signaling.ErrWrongPassword)
	time.Sleep(defaultTimeout / 2)
	s.want(s.check("alice"), signaling.ErrNotFound)
}

func testMessageTimeout(t *testing.T, s store) {
	alice := s.open("alice")
	s.put("bob", "alice", "old")
	time.Sleep(defaultTimeout / 2)
	s.put("bob", "alice", "young")
	time.Sleep(defaultTimeout/2 - 1)
	old := s.next(alice, "", "old")
	time.Sleep(time.Nanosecond)
	s.next(alice, "", "young")
	s.want(alice.Ack(t.Context(), old.ID), nil)
	s.take(alice, "young")

	s.put("bob", "alice", "unread")
	time.Sleep(defaultTimeout)
	_, err := alice.Take(t.Context(), 0)
	s.want(err, signaling.ErrEmpty)
}

func testShortTimeouts(t *testing.T, s store) {
	s.made("alice")
	s.put("bob", "alice", "hello")
	time.Sleep(time.Second)
	alice := s.open("alice")
	s.empty(alice, "")
	alice.Close()
	time.Sleep(2 * time.Second)
	s.want(s.check("alice"), signaling.ErrNotFound)
}

// testPutOnExpiringInbox puts a message at the very moment at which the inbox
// expires and its owner comes back: the put fails, or the owner gets it.
func testPutOnExpiringInbox(t *testing.T, s store) {
	for range 2000 {
		s.made("alice")
		time.Sleep(defaultTimeout)
		var reader signaling.Reader
		result := make(chan error)
		go func() { result <- s.putKey("bob", "alice", "hello", "") }()
		go func() {
			r, err := s.Open(context.Background(), owner("alice"), nil)
			reader = r
			result <- err
		}()
		first, second := <-result, <-result
		body, err := takeNow(reader)
		kept := err == nil && body == "hello"
		if put := first == nil && second == nil; put != kept {
			t.Fatalf("put: %v, %v; kept: %t", first, second, kept)
		}
		reader.Close()
		s.want(s.Remove(t.Context(), owner("alice")), nil)
		synctest.Wait()
	}
}
