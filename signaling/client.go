package signaling

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// What a Client reads of an answer, and for how long it waits for one.
const (
	maxMessage     = 16 << 20 // bytes of a message's body
	maxICEServers  = 1 << 20  // bytes of the answer of GET /ice-servers
	requestTimeout = 15 * time.Second
)

// Client is a peer's end of the mailbox: the owner of one inbox on one server.
// It is safe for use by many goroutines, and must not be copied after its first
// use. It starts no goroutines of its own.
//
// Its errors are those of this package (compare with [errors.Is]), a
// [*StatusError] for an answer that is not the mailbox's own, or an error of
// the network. What passes by itself (a network that is down, a server that
// restarts, 429, 5xx) is not returned but tried again, with growing pauses of
// at most 5 s, or longer where the server asks for that with Retry-After.
type Client struct {
	// URL is where the server is: "https://host:3000".
	URL string
	// Credentials name the inbox. It is made with the first message asked for
	// or sent.
	Credentials Credentials
	// HTTP makes the requests; default: one with a [NewTransport] of its own. Its
	// Timeout should be 0, because it would cut every stream.
	HTTP *http.Client
	// StreamWait is for how long a stream may be silent after it was asked for.
	// After that Messages takes it that a proxy holds the stream back, and uses
	// long polling. Default 3 s.
	StreamWait time.Duration
	// OnState, if set, is called by Messages: with nil when it has reached the
	// server, and with the reason whenever it lost the server and tries again.
	OnState func(err error)
	// Logger gets what is tried again, and why. Default: nothing is logged.
	Logger *slog.Logger

	mu      sync.Mutex
	cursor  string       // the ID of the last message that Messages delivered
	ownHTTP *http.Client // used if HTTP is nil; nil before its first use
}

// Send puts body into the inbox to. Sent one after the other, messages keep
// their order; the order of concurrent Sends is open.
//
// Send tries again until the message is there or ctx ends; then its error is
// that of ctx with the reason of the last failure, and the message may or may
// not have been put. However often it tries, the message is put once, as long as
// the server lives, keeps the caller's inbox, and is sent fewer than 64 other
// messages by the caller in between.
//
// Errors that end it at once: [ErrNotFound] if the receiver is not there (yet),
// [ErrWrongPassword], [ErrRefused], [ErrInvalidID], [ErrTooLarge] and whatever
// else trying again does not change.
func (c *Client) Send(ctx context.Context, to string, body []byte) error {
	header := http.Header{
		"Content-Type":    {"application/octet-stream"},
		"Idempotency-Key": {rand.Text()},
	}
	resource := "inbox?" + url.Values{"to": {to}}.Encode()
	return c.persist(ctx, func(ctx context.Context) error {
		return c.exchange(ctx, http.MethodPost, resource, header, body, discard)
	})
}

// Remove closes the inbox and drops its messages; an inbox that is not there is
// fine. A loop over Messages that goes on makes the inbox anew.
func (c *Client) Remove(ctx context.Context) error {
	err := c.persist(ctx, func(ctx context.Context) error {
		return c.exchange(ctx, http.MethodDelete, "inbox", nil, nil, discard)
	})
	if errors.Is(err, ErrNotFound) {
		return nil // an earlier try did it
	}
	return err
}

// ICEServers returns the ICE servers that this server recommends, none by
// default. The inbox must be live: [ErrNotFound] before Messages or Send made it.
func (c *Client) ICEServers(ctx context.Context) ([]ICEServer, error) {
	var answer struct {
		ICEServers []ICEServer `json:"iceServers"`
	}
	err := c.persist(ctx, func(ctx context.Context) error {
		return c.exchange(ctx, http.MethodGet, "ice-servers", nil, nil, func(resp *http.Response) error {
			data, err := readAll(resp.Body, maxICEServers)
			if err != nil {
				return err
			}
			return json.Unmarshal(data, &answer)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("ask for ICE servers: %w", err)
	}
	return answer.ICEServers, nil
}

// persist calls try until it returns something else than a transient error.
func (c *Client) persist(ctx context.Context, try func(context.Context) error) error {
	var pause backoff
	for {
		err := try(ctx)
		t, ok := errors.AsType[*transient](err)
		if !ok {
			return err
		}
		if ended := c.pause(ctx, &pause, t); ended != nil {
			return fmt.Errorf("%w; the last try failed: %w", ended, t.err)
		}
	}
}

// pause waits until the next try, or returns the error of ctx.
func (c *Client) pause(ctx context.Context, b *backoff, t *transient) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	level := slog.LevelDebug
	if b.tries == 0 {
		level = slog.LevelWarn // once, however long it lasts
	}
	d := t.after + b.next()
	if c.Logger != nil {
		c.Logger.Log(ctx, level, "mailbox: will try again", "inbox", c.Credentials.ID, "in", d, "error", t.err)
	}
	return sleep(ctx, d)
}

// exchange makes one request and gives its answer, if it is a success, to read.
func (c *Client) exchange(ctx context.Context, method, resource string, header http.Header, body []byte, read func(*http.Response) error) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	resp, err := c.do(ctx, method, resource, header, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return read(resp)
}

// discard reads the rest of an answer, so that its connection can be used again.
func discard(resp *http.Response) error {
	io.CopyN(io.Discard, resp.Body, maxLine)
	return nil
}

// readAll reads all of an answer's body, at most max bytes.
func readAll(body io.Reader, max int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, max+1))
	if err != nil {
		return nil, &transient{err: err}
	}
	if int64(len(data)) > max {
		return nil, &transient{err: fmt.Errorf("the answer is longer than %d bytes", max)}
	}
	return data, nil
}
