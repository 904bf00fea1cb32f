package storetest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

func testCheck(t *testing.T, s store) {
	s.want(s.check("alice"), signaling.ErrNotFound)
	s.made("alice")
	s.want(s.check("alice"), nil)
	s.want(s.Check(t.Context(), thief("alice")), signaling.ErrWrongPassword)
}

func testOwnership(t *testing.T, s store) {
	ctx := t.Context()
	s.want(s.putKey("bob", "alice", "early", ""), signaling.ErrNotFound)
	s.want(s.check("bob"), signaling.ErrNotFound) // a put that failed made no inbox
	alice := s.open("alice")
	s.put("bob", "alice", "hello")
	s.want(s.check("bob"), nil)

	_, err := s.Open(ctx, thief("alice"), nil)
	s.want(err, signaling.ErrWrongPassword)
	s.want(s.Put(ctx, thief("alice"), "bob", nil, "", nil), signaling.ErrWrongPassword)
	s.want(s.Remove(ctx, thief("alice")), signaling.ErrWrongPassword)

	if m := s.take(alice, "hello"); m.From != "bob" {
		t.Errorf("from %q, want bob", m.From)
	}
}

func testTakeInOrder(t *testing.T, s store) {
	alice := s.open("alice")
	for i := range 100 {
		s.put(fmt.Sprint("sender", i%3), "alice", fmt.Sprint(i))
	}
	seen := make(map[string]bool)
	for i := range 100 {
		m := s.take(alice, fmt.Sprint(i))
		if seen[m.ID] || m.ID == "" || len(m.ID) > 64 || strings.ContainsAny(m.ID, " \r\n") {
			t.Fatalf("message ID %q: given twice or not fit for a header", m.ID)
		}
		seen[m.ID] = true
	}
	s.empty(alice, "")
}

func testNoWait(t *testing.T, s store) {
	alice := s.open("alice")
	start := time.Now()
	_, err := alice.Take(t.Context(), 0)
	s.want(err, signaling.ErrEmpty)
	if d := time.Since(start); d != 0 {
		t.Errorf("a reader that does not wait took %v", d)
	}
}

func testWait(t *testing.T, s store) {
	alice := s.open("alice")
	for _, read := range []func() (signaling.Message, error){
		func() (signaling.Message, error) { return alice.Take(t.Context(), 10*time.Second) },
		func() (signaling.Message, error) { return next(t.Context(), alice, "", 10*time.Second) },
	} {
		start := time.Now()
		_, err := read()
		s.want(err, signaling.ErrEmpty)
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("waited %v, want 10s", d)
		}
	}
}

func testPutWakes(t *testing.T, s store) {
	alice := s.open("alice")
	go func() {
		time.Sleep(3 * time.Second)
		s.putKey("bob", "alice", "late", "")
	}()
	start := time.Now()
	m, err := alice.Take(t.Context(), 10*time.Second)
	s.wantBody(m, err, "late")
	if d := time.Since(start); d != 3*time.Second {
		t.Errorf("woke after %v, want 3s", d)
	}
}

func testNewestWins(t *testing.T, s store) {
	older := s.open("alice")
	result := make(chan error)
	go func() {
		_, err := older.Take(context.Background(), 30*time.Second)
		result <- err
	}()
	synctest.Wait()
	start := time.Now()
	newer := s.open("alice")
	s.want(<-result, signaling.ErrDisplaced)
	if d := time.Since(start); d != 0 {
		t.Errorf("the older reader ended after %v, want at once", d)
	}
	s.put("bob", "alice", "hello")
	_, err := older.Take(t.Context(), 0)
	s.want(err, signaling.ErrDisplaced)
	_, err = next(t.Context(), older, "", 0)
	s.want(err, signaling.ErrDisplaced)
	s.want(older.Ack(t.Context(), "x"), signaling.ErrDisplaced)
	older.Close() // must not end the newer's reading
	s.take(newer, "hello")
}

func testReturn(t *testing.T, s store) {
	alice := s.open("alice")
	for _, body := range []string{"1", "2", "3"} {
		s.put("bob", "alice", body)
	}
	one := s.take(alice, "1")
	newer := s.open("alice")
	alice.Return(one)
	alice.Return(one) // must not double it
	if again := s.take(newer, "1"); again.ID != one.ID || again.From != one.From {
		t.Errorf("returned %+v, got %+v", one, again)
	}
	s.take(newer, "2")
	s.take(newer, "3")
	s.empty(newer, "")

	s.put("bob", "alice", "4")
	four := s.take(newer, "4")
	go func() {
		time.Sleep(time.Second)
		newer.Return(four)
	}()
	newest := s.open("alice")
	m, err := newest.Take(t.Context(), 10*time.Second) // a return wakes as a put does
	s.wantBody(m, err, "4")
}

func testReturnTooLate(t *testing.T, s store) {
	alice := s.open("alice")
	s.put("bob", "alice", "old")
	m := s.take(alice, "old")
	time.Sleep(defaultTimeout)
	alice.Return(m)
	s.empty(alice, "")

	s.put("bob", "alice", "of the removed inbox")
	m = s.take(alice, "of the removed inbox")
	s.want(s.Remove(t.Context(), owner("alice")), nil)
	fresh := s.open("alice")
	alice.Return(m)
	s.empty(fresh, "")
}

func testAcknowledge(t *testing.T, s store) {
	alice := s.open("alice")
	for _, body := range []string{"1", "2", "3"} {
		s.put("bob", "alice", body)
	}
	one := s.next(alice, "", "1")
	two := s.next(alice, one.ID, "2")
	s.next(alice, "", "1") // nothing was acknowledged, so it is delivered again

	alice = s.open("alice")
	s.want(alice.Ack(t.Context(), two.ID), nil)
	three := s.next(alice, "", "3")
	s.next(alice, two.ID, "3") // the same behind what is gone
	s.want(alice.Ack(t.Context(), one.ID), nil)
	s.next(alice, "", "3")
	s.empty(alice, three.ID)
	s.want(alice.Ack(t.Context(), three.ID), nil)
	s.empty(alice, "")
}

func testNextLimit(t *testing.T, s store) {
	alice := s.open("alice")
	var sent []string
	for i := range 20 {
		sent = append(sent, fmt.Sprint(i))
		s.put("bob", "alice", sent[i])
	}
	third := s.next(alice, s.next(alice, s.next(alice, "", "0").ID, "1").ID, "2")
	for _, tt := range []struct {
		after string
		limit int
		want  []string
	}{
		{"", 1, sent[:1]},
		{"", 19, sent[:19]},
		{"", 20, sent},
		{"", math.MaxInt, sent},
		{third.ID, 5, sent[3:8]},
		{third.ID, math.MaxInt, sent[3:]},
	} {
		messages, err := alice.Next(t.Context(), tt.after, tt.limit, time.Second)
		s.want(err, nil)
		var got []string
		for _, m := range messages {
			got = append(got, string(m.Body))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("after %q with a limit of %d: %q, want %q", tt.after, tt.limit, got, tt.want)
		}
	}
	go func() {
		time.Sleep(time.Second)
		s.putKey("bob", "alice", "late", "")
	}()
	all, err := alice.Next(t.Context(), "", 100, 0)
	s.want(err, nil)
	late, err := alice.Next(t.Context(), all[len(all)-1].ID, 100, 10*time.Second) // does not wait for more
	s.want(err, nil)
	if len(late) != 1 || string(late[0].Body) != "late" {
		t.Errorf("got %v, want the one message that came", late)
	}
	s.want(alice.Ack(t.Context(), late[0].ID), nil) // of all that were delivered together
	s.empty(alice, "")
}

func testForeignID(t *testing.T, s store) {
	alice := s.open("alice")
	s.put("bob", "alice", "1")
	for _, id := range []string{"0", "", "1", "no such ID", "ABCDEFGHIJ-1", "-", strings.Repeat("9", 64)} {
		s.want(alice.Ack(t.Context(), id), nil)
		s.next(alice, id, "1")
	}
}

func testMixedReaders(t *testing.T, s store) {
	acknowledging := s.open("alice")
	for _, body := range []string{"1", "2", "3"} {
		s.put("bob", "alice", body)
	}
	one := s.next(acknowledging, "", "1")
	plain := s.open("alice")
	s.take(plain, "1") // never acknowledged, so still there
	acknowledging = s.open("alice")
	s.want(acknowledging.Ack(t.Context(), one.ID), nil)
	two := s.next(acknowledging, one.ID, "2")
	s.want(acknowledging.Ack(t.Context(), two.ID), nil)
	plain = s.open("alice")
	s.take(plain, "3")
	s.empty(plain, "")
}

func testRemove(t *testing.T, s store) {
	ctx := t.Context()
	s.want(s.Remove(ctx, owner("alice")), signaling.ErrNotFound)
	alice := s.open("alice")
	result := make(chan error)
	go func() {
		_, err := next(context.Background(), alice, "", 30*time.Second)
		result <- err
	}()
	synctest.Wait()
	s.want(s.Remove(ctx, owner("alice")), nil)
	s.want(<-result, signaling.ErrNotFound)
	s.want(s.check("alice"), signaling.ErrNotFound)

	other, err := s.Open(ctx, thief("alice"), nil) // free for anybody
	s.want(err, nil)
	s.put("bob", "alice", "for the new owner")
	_, err = alice.Take(ctx, 0)
	s.want(err, signaling.ErrNotFound)
	alice.Close()
	s.take(other, "for the new owner")
}
