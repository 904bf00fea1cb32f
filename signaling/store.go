package signaling

import (
	"context"
	"time"
)

// Credentials name an inbox and prove that the caller owns it. They travel as
// HTTP Basic credentials (RFC 7617). See [Credentials.Validate] for what is
// accepted.
type Credentials struct {
	ID       string // the inbox's identifier
	Password string
}

// Message is one message of an inbox.
type Message struct {
	// ID is the message's place in its inbox: an opaque printable ASCII string
	// of at most 64 bytes, without spaces. IDs of one inbox are in the order in
	// which the messages were put, and are never given twice.
	ID string
	// From is the identifier of the inbox that sent the message.
	From string
	// Body is the message as it was sent. It is shared: nobody may change it.
	Body []byte
}

// Store holds inboxes. Every method may be called by many goroutines at once.
// Package storetest is the suite that every Store must pass.
//
// An inbox expires when its owner has neither asked nor sent for the Store's
// inbox timeout; an open [Reader] keeps it alive. A message expires when it
// has been in its inbox for the Store's message timeout. What has expired is
// never seen again, whether or not its memory is free yet.
//
// A Store returns the sentinel errors of this package, a context's error when
// the context ended first, or an error of its own kind when it is out of order.
// Identifiers and sizes are checked by the caller.
type Store interface {
	// Check returns nil if the owner's inbox is live and the password is its own,
	// and counts as the owner asking. It returns [ErrNotFound] if there is no
	// such inbox and [ErrWrongPassword] if it belongs to someone else.
	Check(ctx context.Context, owner Credentials) error

	// Open makes the caller the one reader of its inbox, which it makes if the
	// identifier is free and admit agrees. A reader that was open before is
	// displaced: the newest wins. The caller closes the Reader. Errors:
	// [ErrWrongPassword], [ErrTooManyInboxes], and admit's.
	Open(ctx context.Context, owner Credentials, admit Admission) (Reader, error)

	// Put appends body to the inbox to, from the caller, whose own inbox is made
	// if its identifier is free, to exists and admit agrees. A key that is not empty and that
	// this sender has used already (a Store remembers at least its last 64 keys,
	// as long as its inbox lives) makes Put return nil and change nothing. The
	// Store owns body from then on. Errors: [ErrWrongPassword], [ErrNotFound],
	// [ErrInboxFull], [ErrTooManyInboxes], [ErrStoreFull], and admit's; after an
	// error nothing was put and the key is not used.
	Put(ctx context.Context, from Credentials, to string, body []byte, key string, admit Admission) error

	// Remove closes the owner's inbox and drops its messages; an open Reader
	// gets [ErrNotFound]. Errors: [ErrWrongPassword], [ErrNotFound].
	Remove(ctx context.Context, owner Credentials) error
}

// Admission is asked before an inbox is made. Its error keeps that from
// happening. It must not call the Store; nil agrees to every inbox.
type Admission func() error

// Reader is the right to read one inbox, until a newer Reader displaces it.
// Its methods are called by one goroutine at a time.
//
// Next and Take wait until there is a message, at most for wait; wait 0 does
// not wait at all. They return [ErrEmpty] when that time is over,
// [ErrDisplaced] when a newer Reader was opened, [ErrNotFound] when the inbox
// was removed, and the context's error when it ended. With an error, nothing
// was consumed.
type Reader interface {
	// Take removes the oldest message and returns it.
	Take(ctx context.Context, wait time.Duration) (Message, error)

	// Return puts a taken message back in its old place, because it could not be
	// delivered. It works on a displaced Reader too; a message that has expired
	// meanwhile stays gone.
	Return(m Message)

	// Next returns the oldest messages behind the one with the ID after, at least
	// one and at most limit, and leaves them in the inbox. After "" or an ID that
	// this Store did not give, they are the oldest of all.
	Next(ctx context.Context, after string, limit int, wait time.Duration) ([]Message, error)

	// Ack drops every message up to the one with the ID upTo, and that one.
	// An ID that this Store did not give drops nothing. Errors: [ErrDisplaced],
	// [ErrNotFound].
	Ack(ctx context.Context, upTo string) error

	// Close ends the reading. It may be called more than once.
	Close()
}
