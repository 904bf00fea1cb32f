package signaling

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	maxLine       = 1 << 10         // bytes read of an answer that is an error
	maxRetryAfter = 5 * time.Minute // however long the server asks for
	firstPause    = 100 * time.Millisecond
	maxPause      = 5 * time.Second
)

// transient is an error that may pass by itself.
type transient struct {
	err        error
	after      time.Duration // how long the server asked to wait
	unanswered bool          // the request has no answer, and may yet reach the server
}

func (t *transient) Error() string { return t.err.Error() }
func (t *transient) Unwrap() error { return t.err }

// do makes one request for a resource of the server. It returns the answer if
// that is a success (2xx), and the caller closes its body; else the error that
// the answer stands for, which is transient if trying again may help.
func (c *Client) do(ctx context.Context, method, resource string, header http.Header, body []byte) (*http.Response, error) {
	req, err := c.request(ctx, method, resource, body)
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, header)
	resp, err := c.httpClient().Do(req)
	if err != nil {
		return nil, &transient{err: err, unanswered: true}
	}
	if resp.StatusCode/100 == 2 && resp.Request.Method == method {
		return resp, nil
	}
	defer resp.Body.Close()
	if resp.Request.Method != method {
		return nil, fmt.Errorf("%s was redirected to %s; use that server's URL", c.URL, resp.Request.URL.Redacted())
	}
	return nil, failure(resp)
}

// httpClient is c.HTTP or, without it, one made at the first use.
func (c *Client) httpClient() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ownHTTP == nil {
		c.ownHTTP = &http.Client{Transport: NewTransport()}
	}
	return c.ownHTTP
}

// NewTransport returns an [http.Transport] that is fit for a Client: it drops
// its connections within a second or two when this machine has changed
// networks, and finds out within 20 s that an HTTP/2 connection is dead for
// another reason. The default one goes on using it for a quarter of an hour,
// until TCP gives it up.
func NewTransport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialRooted,
		ForceAttemptHTTP2:   true,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
		TLSHandshakeTimeout: 10 * time.Second,
		IdleConnTimeout:     90 * time.Second,
	}
}

func (c *Client) request(ctx context.Context, method, resource string, body []byte) (*http.Request, error) {
	if err := c.Credentials.Validate(); err != nil {
		return nil, err
	}
	base, err := url.Parse(c.URL)
	if err != nil {
		return nil, fmt.Errorf("the server's URL: %w", err)
	}
	if (base.Scheme != "https" && base.Scheme != "http") || base.Host == "" {
		return nil, fmt.Errorf("the server's URL is %q; it must be like https://host:3000", c.URL)
	}
	path, query, _ := strings.Cut(resource, "?")
	u := base.JoinPath(path)
	u.RawQuery = query
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(c.Credentials.ID, c.Credentials.Password)
	return req, nil
}

// failure turns an answer that is not a success into its error.
func failure(resp *http.Response) error {
	err := errorOf(resp.StatusCode, "")
	text, readErr := io.ReadAll(io.LimitReader(resp.Body, maxLine))
	if readErr == nil {
		line := firstLine(text)
		err = errorOf(resp.StatusCode, line)
		if advice, ok := strings.CutPrefix(line, err.Error()); ok {
			err = fmt.Errorf("%w%s", err, advice)
		}
	}
	if isTransient(resp.StatusCode) {
		return &transient{err: err, after: retryAfter(resp.Header)}
	}
	return err
}

func isTransient(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

// firstLine returns the first line of text without anything that could harm a
// terminal.
func firstLine(text []byte) string {
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(line, ""))
}

// retryAfter returns the time that a Retry-After header asks for (RFC 9110,
// section 10.2.3: seconds or a date), 0 if there is none.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(time.Until(at), 0), maxRetryAfter)
	}
	return 0
}

// backoff gives the pauses between tries, which grow to maxPause. Half of each
// is random, so that the clients of a server that restarts do not come back all
// at once.
type backoff struct {
	tries int
}

func (b *backoff) next() time.Duration {
	d := min(firstPause<<b.tries, maxPause)
	if d < maxPause {
		b.tries++
	}
	return d/2 + rand.N(d/2)
}

func (b *backoff) reset() { b.tries = 0 }

// sleep waits for d, or returns the error of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errGarbage is an answer that no mailbox gives.
var errGarbage = errors.New("not a mailbox's answer; is the URL right?")
