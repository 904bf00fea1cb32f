package signaling

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/http"
	"strings"
	"time"
)

const (
	// pollWait is for how long a poll asks the server to wait, and pollTimeout
	// for how long it waits for the answer.
	pollWait    = "wait=25"
	pollTimeout = 40 * time.Second
	// pollPeriod is how long Messages polls before it tries a stream again.
	pollPeriod = 5 * time.Minute
	// minRound keeps Messages from asking without end a server that never waits.
	minRound = time.Second
	// lateRequest is how long a request that broke may take to reach the server.
	lateRequest = 10 * time.Second
)

// errStopped says that the loop over Messages was left.
var errStopped = errors.New("stopped by the loop")

// Messages returns the messages of the inbox, in the order in which they were
// put, each once, for ever:
//
//	for m, err := range client.Messages(ctx) {
//		if err != nil {
//			return err // the last thing that the loop sees
//		}
//		...
//	}
//
// A message is acknowledged with the first request after the loop has come back
// for the next; another loop of the same Client goes on where this one ended.
// Messages makes the inbox if the identifier is free, keeps it alive while the
// loop runs, and makes it again after a server restart. It reads a stream of
// Server-Sent Events, or polls where streams do not come through.
//
// Errors that end it: that of ctx, [ErrWrongPassword], [ErrDisplaced] when the
// inbox is read elsewhere, [ErrRefused], [ErrInvalidID], and whatever else
// trying again does not change.
func (c *Client) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		r := &reading{client: c, yield: yield}
		if err := r.run(ctx); !errors.Is(err, errStopped) {
			yield(Message{}, err)
		}
	}
}

// reading is one loop over Messages. It makes one request after another; each
// is a round.
type reading struct {
	client    *Client
	yield     func(Message, error) bool
	connected bool
	progress  bool      // this round has delivered a message, or was not to wait for one
	pollUntil time.Time // until then it polls
	broken    time.Time // when a request broke that may yet reach the server; zero if none did
	backoff   backoff
}

// run makes rounds until one ends with an error that is not transient.
func (r *reading) run(ctx context.Context) error {
	for {
		began := time.Now()
		err := r.round(ctx)
		if ended := ctx.Err(); ended != nil && !errors.Is(err, errStopped) {
			return ended
		}
		if err == nil || r.progress || time.Since(began) > maxPause {
			r.backoff.reset()
		}
		t, ok := errors.AsType[*transient](err)
		switch {
		case ok:
			err = r.lost(ctx, t)
		case err == nil && !r.progress:
			err = sleep(ctx, minRound-time.Since(began))
		}
		if err != nil {
			return err
		}
	}
}

// round makes one request and delivers what comes of it.
func (r *reading) round(ctx context.Context) error {
	r.progress = false
	ask := r.stream
	if time.Now().Before(r.pollUntil) {
		ask = r.poll
	}
	err := ask(ctx)
	switch {
	case errors.Is(err, ErrNotFound):
		// The inbox was removed, or a proxy does not know the server (yet).
		return &transient{err: err}
	case errors.Is(err, ErrDisplaced) && !r.broken.IsZero() && time.Since(r.broken) < lateRequest:
		// The newer reader may be this one's own request, thought lost. That is
		// believed once for each broken request.
		r.broken = time.Time{}
		return &transient{err: err}
	}
	return err
}

// lost reports that the server is out of reach and waits until the next try.
func (r *reading) lost(ctx context.Context, t *transient) error {
	if t.unanswered {
		r.broken = time.Now()
	}
	r.connected = false
	if errors.Is(t, errSilent) {
		r.pollUntil = time.Now().Add(pollPeriod)
	}
	if r.client.OnState != nil {
		r.client.OnState(t.err)
	}
	return r.client.pause(ctx, &r.backoff, t)
}

// reached reports that the server has answered.
func (r *reading) reached() {
	if r.connected {
		return
	}
	r.connected = true
	if r.client.OnState != nil {
		r.client.OnState(nil)
	}
}

// poll asks for the next message and waits for it, but not in the first
// request after the server was lost: its answer is to say that it is back.
func (r *reading) poll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	header := http.Header{"Last-Event-Id": {r.client.lastID()}, "Prefer": {pollWait}}
	atOnce := !r.connected
	if atOnce {
		header.Set("Prefer", "wait=0")
	}
	resp, err := r.client.do(ctx, http.MethodGet, "inbox", header, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	err = r.single(resp)
	if err == nil && atOnce {
		r.progress = true
	}
	return err
}

// single delivers the message that is an answer's body, if there is one.
func (r *reading) single(resp *http.Response) error {
	if resp.StatusCode == http.StatusNoContent {
		r.reached()
		return nil
	}
	from := resp.Header.Get("X-From")
	if from == "" {
		return &transient{err: errGarbage}
	}
	body, err := readAll(resp.Body, maxMessage)
	if err != nil {
		return err
	}
	r.reached()
	// Without an ID it is a message of a server that knows no acknowledgement.
	return r.deliver(Message{ID: resp.Header.Get("X-Message-ID"), From: from, Body: body})
}

// deliver gives m to the loop. When the loop comes back, m is done.
func (r *reading) deliver(m Message) error {
	if !validMessageID(m.ID) {
		return &transient{err: errGarbage}
	}
	goesOn := r.yield(m, nil)
	r.progress = true
	r.client.delivered(m.ID)
	if !goesOn {
		return errStopped
	}
	return nil
}

// validMessageID reports whether id can be sent back as Last-Event-ID.
func validMessageID(id string) bool {
	return len(id) <= maxCursor && isPrintable(id) && !strings.Contains(id, " ")
}

// lastID is the Last-Event-ID of the next request.
func (c *Client) lastID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.cursor, "0")
}

func (c *Client) delivered(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cursor = id
}
