// Package storetest is the suite that every signaling.Store must pass.
//
// Each test runs in a bubble of testing/synctest, so a Store is made there with
// everything that it needs: hours pass in no time, and a goroutine left behind
// fails the test.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

// Config is how a test wants its Store. A zero field stands for whatever the
// Store has as its default, which must be large enough not to matter.
type Config struct {
	InboxTimeout   time.Duration // default must be 60 s
	MessageTimeout time.Duration // default must be 60 s
	InboxCapacity  int           // default must be 100
	MaxInboxes     int           // inboxes in all
	MaxBytes       int64         // bytes in all
}

// defaultTimeout is the timeout of inboxes and messages if Config does not say.
const defaultTimeout = time.Minute

// Run runs the suite. The function makes an empty Store, for one test; it ends
// with t's context or in a clean-up of t.
func Run(t *testing.T, make func(*testing.T, Config) signaling.Store) {
	tests := []struct {
		name string
		cfg  Config
		test func(*testing.T, store)
	}{
		{"Check", Config{}, testCheck},
		{"Ownership", Config{}, testOwnership},
		{"TakeInOrder", Config{}, testTakeInOrder},
		{"NoWait", Config{}, testNoWait},
		{"Wait", Config{}, testWait},
		{"PutWakes", Config{}, testPutWakes},
		{"NewestWins", Config{}, testNewestWins},
		{"Return", Config{}, testReturn},
		{"ReturnTooLate", Config{}, testReturnTooLate},
		{"Acknowledge", Config{}, testAcknowledge},
		{"NextLimit", Config{}, testNextLimit},
		{"ForeignID", Config{}, testForeignID},
		{"MixedReaders", Config{}, testMixedReaders},
		{"Remove", Config{}, testRemove},
		{"IdempotencyKey", Config{InboxCapacity: 200}, testIdempotencyKey},
		{"FailedPutUsesNoKey", Config{InboxCapacity: 1}, testFailedPutUsesNoKey},
		{"Capacity", Config{InboxCapacity: 3}, testCapacity},
		{"DeliveredHasItsOwnRoom", Config{InboxCapacity: 3}, testDeliveredHasItsOwnRoom},
		{"MaxInboxes", Config{MaxInboxes: 3}, testMaxInboxes},
		{"MaxBytes", Config{MaxBytes: 64 << 10, InboxCapacity: 1000}, testMaxBytes},
		{"InboxTimeout", Config{}, testInboxTimeout},
		{"ActiveSenderLives", Config{}, testActiveSenderLives},
		{"ReaderKeepsAlive", Config{}, testReaderKeepsAlive},
		{"StrangersDoNotKeepAlive", Config{}, testStrangersDoNotKeepAlive},
		{"MessageTimeout", Config{}, testMessageTimeout},
		{"Admission", Config{}, testAdmission},
		{"ShortTimeouts", Config{InboxTimeout: 2 * time.Second, MessageTimeout: time.Second}, testShortTimeouts},
		{"PutOnExpiringInbox", Config{}, testPutOnExpiringInbox},
		{"CancelConsumesNothing", Config{}, testCancelConsumesNothing},
		{"OneOwner", Config{}, testOneOwner},
		{"ManyReaders", Config{}, testManyReaders},
		{"Everything", Config{}, testEverything},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.test(t, store{t, make(t, tt.cfg)})
			})
		})
	}
}

// store is the Store under test with shorthands that fail the test. Its
// methods are for the test's own goroutine.
type store struct {
	t *testing.T
	signaling.Store
}

// owner is an inbox's rightful owner, thief somebody else.
func owner(id string) signaling.Credentials {
	return signaling.Credentials{ID: id, Password: "of " + id}
}
func thief(id string) signaling.Credentials { return signaling.Credentials{ID: id, Password: "guess"} }

func (s store) open(id string) signaling.Reader {
	s.t.Helper()
	r, err := s.Open(s.t.Context(), owner(id), nil)
	s.want(err, nil)
	return r
}

// made makes the inbox id and leaves it without a reader.
func (s store) made(id string) { s.open(id).Close() }

func (s store) put(from, to, body string) {
	s.t.Helper()
	s.want(s.putKey(from, to, body, ""), nil)
}

func (s store) putKey(from, to, body, key string) error {
	return s.Put(s.t.Context(), owner(from), to, []byte(body), key, nil)
}

func (s store) check(id string) error { return s.Check(s.t.Context(), owner(id)) }

// take expects the next message of r to be body, without waiting.
func (s store) take(r signaling.Reader, body string) signaling.Message {
	s.t.Helper()
	m, err := r.Take(s.t.Context(), 0)
	s.wantBody(m, err, body)
	return m
}

// next expects the message behind after to be body, without waiting.
func (s store) next(r signaling.Reader, after, body string) signaling.Message {
	s.t.Helper()
	m, err := next(s.t.Context(), r, after, 0)
	s.wantBody(m, err, body)
	return m
}

// next returns the one message behind after.
func next(ctx context.Context, r signaling.Reader, after string, wait time.Duration) (signaling.Message, error) {
	messages, err := r.Next(ctx, after, 1, wait)
	if err != nil {
		return signaling.Message{}, err
	}
	if len(messages) != 1 {
		return signaling.Message{}, fmt.Errorf("%d messages with a limit of 1", len(messages))
	}
	return messages[0], nil
}

// empty expects r to find nothing behind after.
func (s store) empty(r signaling.Reader, after string) {
	s.t.Helper()
	_, err := next(s.t.Context(), r, after, 0)
	s.want(err, signaling.ErrEmpty)
}

func (s store) want(err, want error) {
	s.t.Helper()
	if !errors.Is(err, want) {
		s.t.Fatalf("got error %v, want %v", err, want)
	}
}

func (s store) wantBody(m signaling.Message, err error, body string) {
	s.t.Helper()
	if err != nil || string(m.Body) != body {
		s.t.Fatalf("got message %q, error %v; want message %q", m.Body, err, body)
	}
}

// takeNow takes what there is, for goroutines that must not fail the test.
func takeNow(r signaling.Reader) (string, error) {
	m, err := r.Take(context.Background(), 0)
	return string(m.Body), err
}
