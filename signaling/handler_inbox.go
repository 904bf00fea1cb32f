package signaling

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"
)

// writeTimeout is how long a client may take to read what it is sent, before
// its connection is cut.
const writeTimeout = 10 * time.Second

// authorise lets x through to the Store, which looks at its password; settle
// must get what the Store says. Errors: ErrNoCredentials, ErrInvalidID,
// ErrBadRequest, ErrRefused, ErrRateLimited, ErrTooManyTries.
func (h *Handler) authorise(x *exchange) error {
	owner, err := credentials(x.r)
	if err != nil {
		if limited := h.limits.request(x.address); limited != nil {
			return limited
		}
		return err
	}
	x.owner = owner
	x.proven, err = h.limits.try(x.address, owner)
	if err != nil {
		return err
	}
	if h.refused[owner.ID] {
		return ErrRefused
	}
	return nil
}

// settle charges x's address for a wrong password, or notes that it was right,
// and returns err, which is the Store's.
func (h *Handler) settle(x *exchange, err error) error {
	switch {
	case errors.Is(err, ErrWrongPassword):
		h.limits.failed(x.address, x.owner)
	case err == nil && !x.proven:
		h.limits.succeeded(x.address, x.owner)
	}
	return err
}

// admission charges a new inbox to x's address.
func (h *Handler) admission(x *exchange) Admission {
	return func() error { return h.limits.newInbox(x.address) }
}

// get answers GET /inbox: a message, or a stream of them.
func (h *Handler) get(x *exchange) error {
	if err := h.authorise(x); err != nil {
		return err
	}
	// As long as a part of the body is unread, net/http does not notice that
	// the client goes away.
	if _, err := readBody(x.w, x.r, h.opts.MaxBody); err != nil {
		return err
	}
	unlimitBody(x.w, x.r)
	reader, err := h.store.Open(x.r.Context(), x.owner, h.admission(x))
	if h.settle(x, err) != nil {
		return err
	}
	r := poll{reader: reader}
	r.after, r.acknowledges = cursor(x.r.Header)
	if wantsStream(x.r.Header) {
		return h.parked(x, r, func(x *exchange) error { return h.stream(x, reader, r.after) })
	}
	wait := h.wait(x)
	soon := min(wait, parkedAfter)
	err = h.next(x, r, soon)
	if errors.Is(err, ErrEmpty) && soon < wait {
		return h.parked(x, r, func(x *exchange) error { return r.outcome(h.next(x, r, wait-soon)) })
	}
	reader.Close()
	return r.outcome(err)
}

// poll is what a GET asked for.
type poll struct {
	reader       Reader
	after        string // for a reader that acknowledges
	acknowledges bool
}

// parked answers x by a line if one can be had, and in place otherwise. Either
// way it closes the reader.
func (h *Handler) parked(x *exchange, r poll, answer func(*exchange) error) error {
	taken := h.lines.open(x, func(x *exchange) {
		err := answer(x)
		r.reader.Close()
		h.finish(x, err)
		http.NewResponseController(x.w).Flush()
	})
	if taken {
		return errTakenOver
	}
	defer r.reader.Close()
	return answer(x)
}

// outcome returns the error that answers a poll which err ended.
func (r poll) outcome(err error) error {
	switch {
	case isContextError(err):
		return ErrEmpty // the server stops, or nobody is there to tell
	case errors.Is(err, ErrDisplaced) && !r.acknowledges:
		return ErrEmpty // the clients of the original know no other answer
	}
	return err
}

// wait returns for how long x may wait, and notes which preference of the
// client that honours.
func (h *Handler) wait(x *exchange) time.Duration {
	limit := h.opts.MaxWait
	if h.opts.NoWait {
		limit = 0
	}
	wait, ok := preferredWait(x.r.Header, limit)
	if !ok {
		return limit
	}
	x.applied = "wait=" + strconv.Itoa(int(wait/time.Second))
	return wait
}

// take gives the oldest message to a plain reader. The message is gone once
// the connection has taken it; until then it goes back when something fails.
func (h *Handler) take(x *exchange, reader Reader, wait time.Duration) error {
	ctx := x.r.Context()
	m, err := reader.Take(ctx, wait)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		reader.Return(m)
		return err
	}
	if err := h.deliver(x, m); err != nil {
		reader.Return(m)
		return err
	}
	return nil
}

// next gives a message to a poll. One that acknowledges gets the message behind
// r.after, which it thereby acknowledges.
func (h *Handler) next(x *exchange, r poll, wait time.Duration) error {
	if !r.acknowledges {
		return h.take(x, r.reader, wait)
	}
	ctx := x.r.Context()
	if err := r.reader.Ack(ctx, r.after); err != nil {
		return err
	}
	messages, err := r.reader.Next(ctx, r.after, 1, wait)
	if err != nil {
		return err
	}
	return h.deliver(x, messages[0])
}

// deliver sends a message as the answer of x.
func (h *Handler) deliver(x *exchange, m Message) error {
	header := h.header(x)
	header.Set("X-From", m.From)
	header.Set("X-Message-Id", m.ID)
	header.Set("Content-Length", strconv.Itoa(len(m.Body)))
	header.Set("Content-Type", contentType(m.Body))
	return x.send(func() error {
		_, err := x.w.Write(m.Body)
		return err
	})
}

func contentType(body []byte) string {
	if utf8.Valid(body) {
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// send calls write and returns when the connection has taken all of it, or
// errGone when it has not within writeTimeout. That deadline ends with the
// answer, or with sendPart.
func (x *exchange) send(write func() error) error {
	x.begun = true
	c := http.NewResponseController(x.w)
	// Deadlines are best effort: not every http.ResponseWriter has them.
	c.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err := gone(write()); err != nil {
		return err
	}
	return gone(c.Flush())
}

// gone makes an error of writing an errGone.
func gone(err error) error {
	if err == nil || errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return fmt.Errorf("%w: %w", errGone, err)
}

// post answers POST /inbox?to=ID.
func (h *Handler) post(x *exchange) error {
	if err := h.authorise(x); err != nil {
		return err
	}
	to, err := receiver(x.r.URL)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(x.r.Header)
	if err != nil {
		return err
	}
	body, err := readBody(x.w, x.r, h.opts.MaxBody)
	if err != nil {
		return err
	}
	// A body that has arrived whole is put, whether or not its client still
	// waits for the answer.
	ctx := context.WithoutCancel(x.r.Context())
	err = h.store.Put(ctx, x.owner, to, body, key, h.admission(x))
	if h.settle(x, err) != nil {
		return err
	}
	h.header(x)
	x.w.WriteHeader(http.StatusOK)
	return nil
}

// remove answers DELETE /inbox.
func (h *Handler) remove(x *exchange) error {
	if err := h.authorise(x); err != nil {
		return err
	}
	if err := h.settle(x, h.store.Remove(x.r.Context(), x.owner)); err != nil {
		return err
	}
	h.header(x)
	x.w.WriteHeader(http.StatusNoContent)
	return nil
}
