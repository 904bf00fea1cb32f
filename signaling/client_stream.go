package signaling

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// silence is how long a stream that has begun may be silent: the server sends a
// heartbeat every 15 s.
const silence = 40 * time.Second

var errSilent = errors.New("the server sends nothing; is a proxy in between holding it back?")

// stream delivers the messages of one event stream, until it ends.
func (r *reading) stream(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	wait := cmp.Or(r.client.StreamWait, 3*time.Second)
	timer := time.AfterFunc(wait, func() { cancel(errSilent) })
	defer timer.Stop()

	header := http.Header{"Last-Event-Id": {r.client.lastID()}, "Accept": {"text/event-stream"}}
	resp, err := r.client.do(ctx, http.MethodGet, "inbox", header, nil)
	if err != nil {
		return silentOr(ctx, err)
	}
	defer resp.Body.Close()
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		// A server that knows no streams has answered as to a poll.
		r.pollUntil = time.Now().Add(pollPeriod)
		return r.single(resp)
	}
	body := &watched{body: resp.Body, timer: timer, wait: wait, first: r.reached}
	return silentOr(ctx, r.events(newEventReader(body, 2*maxMessage)))
}

// silentOr returns err, as errSilent if that is why the request failed.
func silentOr(ctx context.Context, err error) error {
	if t, ok := errors.AsType[*transient](err); ok && errors.Is(context.Cause(ctx), errSilent) {
		t.err = errSilent
	}
	return err
}

// events delivers the messages of events. It returns nil when they end as a
// stream should.
func (r *reading) events(events *eventReader) error {
	for {
		e, err := events.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &transient{err: err}
		}
		switch e.Name {
		case "displaced":
			return ErrDisplaced
		case "message":
			m, err := e.message()
			if err != nil {
				return &transient{err: err}
			}
			if err := r.deliver(m); err != nil {
				return err
			}
		}
	}
}

// message returns the mailbox's message that an event carries.
func (e streamEvent) message() (Message, error) {
	var data event
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return Message{}, fmt.Errorf("an event of the stream: %w", err)
	}
	m := Message{ID: e.ID, From: data.From, Body: []byte(data.Body)}
	if data.Encoding == "base64" {
		body, err := base64.StdEncoding.DecodeString(data.Body)
		if err != nil {
			return Message{}, fmt.Errorf("an event of the stream: %w", err)
		}
		m.Body = body
	}
	if m.ID == "" {
		return Message{}, errGarbage // it could not be acknowledged
	}
	return m, nil
}

// watched is the body of a stream. A Read that is silent for too long runs into
// the timer, which ends the request; what the loop takes for a message does not
// count.
type watched struct {
	body  io.Reader
	timer *time.Timer
	wait  time.Duration
	first func() // called when the first bytes have come, then nil
}

func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(w.wait)
	n, err := w.body.Read(p)
	w.timer.Stop()
	if n > 0 && w.first != nil {
		w.first()
		w.first, w.wait = nil, silence
	}
	return n, err
}
