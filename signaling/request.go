package signaling

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// bodyTimeout is how long a body may take to arrive.
	bodyTimeout = 10 * time.Second

	maxKey    = 256 // bytes of an Idempotency-Key
	maxCursor = 64  // bytes of a Last-Event-ID that a Store can have given
)

// limitBody bounds the time in which the body of r must arrive. That holds for
// readBody, and for what net/http reads and drops of a body that was not read.
func limitBody(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		// Deadlines are best effort: not every http.ResponseWriter has them.
		http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
	}
}

// readBody returns the whole body of r, whatever its Content-Type says. Errors:
// ErrTooLarge, ErrTooSlow, ErrBadRequest.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) (body []byte, err error) {
	switch n := r.ContentLength; {
	case n == 0:
		return nil, nil
	case n > limit:
		return nil, ErrTooLarge
	case n > 0:
		body = make([]byte, n) // exact: it is kept for as long as the message
		_, err = io.ReadFull(r.Body, body)
	default:
		body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, ErrTooLarge
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, ErrTooSlow
	}
	if err != nil {
		return nil, fmt.Errorf("%w: the body ended early", ErrBadRequest)
	}
	return body, nil
}

// unlimitBody ends what limitBody began, whose deadline is the connection's and
// would cut a GET that waits. Before a connection's next request net/http does so.
func unlimitBody(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		http.NewResponseController(w).SetReadDeadline(time.Time{})
	}
}

// receiver returns the inbox that a POST is for: to in the query, never in the
// body, which is the message. Errors: ErrBadRequest, ErrInvalidID.
func receiver(u *url.URL) (string, error) {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", fmt.Errorf("%w: the query is not well formed", ErrBadRequest)
	}
	to := query["to"]
	if len(to) != 1 || to[0] == "" {
		return "", fmt.Errorf("%w: name one receiver as ?to=IDENTIFIER", ErrBadRequest)
	}
	return to[0], validateID(to[0])
}

// idempotencyKey returns the Idempotency-Key, "" if there is none: up to 256
// printable ASCII characters, taken as they are. (The structured string of
// draft-ietf-httpapi-idempotency-key-header keeps its quotes.) Error: ErrBadRequest.
func idempotencyKey(h http.Header) (string, error) {
	keys := h.Values("Idempotency-Key")
	if len(keys) == 0 {
		return "", nil
	}
	if key := keys[0]; len(keys) == 1 && len(key) <= maxKey && isPrintable(key) {
		return key, nil
	}
	return "", fmt.Errorf("%w: send one Idempotency-Key of up to %d printable ASCII characters", ErrBadRequest, maxKey)
}

// cursor returns the ID in Last-Event-ID, "" if it is none that a Store can
// have given, and whether there is one at all, which is what tells a reader
// that acknowledges from a plain one.
func cursor(h http.Header) (after string, acknowledges bool) {
	ids := h.Values("Last-Event-ID")
	if len(ids) == 0 {
		return "", false
	}
	id := strings.TrimSpace(ids[0])
	if id == "0" || len(id) > maxCursor || !isPrintable(id) || strings.Contains(id, " ") {
		return "", true
	}
	return id, true
}

func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// wantsStream reports whether text/event-stream is among the accepted types.
func wantsStream(h http.Header) bool {
	for _, accept := range h.Values("Accept") {
		for mediaRange := range strings.SplitSeq(accept, ",") {
			mediaType, _, _ := strings.Cut(mediaRange, ";")
			if strings.EqualFold(strings.TrimSpace(mediaType), "text/event-stream") {
				return true
			}
		}
	}
	return false
}

// preferredWait returns the `wait` preference (RFC 7240, section 4.3), at most
// limit and in whole seconds, and whether there is one. Of several, the first
// counts; one without a number of seconds is none.
func preferredWait(h http.Header, limit time.Duration) (wait time.Duration, ok bool) {
	for _, field := range h.Values("Prefer") {
		for field != "" {
			var preference string
			preference, field = cutUnquoted(field, ',')
			preference, _ = cutUnquoted(preference, ';') // its parameters
			name, value, _ := strings.Cut(preference, "=")
			if strings.EqualFold(strings.TrimSpace(name), "wait") {
				return parseWait(unquote(strings.TrimSpace(value)), limit)
			}
		}
	}
	return 0, false
}

// parseWait parses delta-seconds (RFC 9110, section 10.2.3): digits only.
func parseWait(digits string, limit time.Duration) (time.Duration, bool) {
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	most := int64(limit / time.Second)
	seconds, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || seconds > most { // the only error left is a number too large
		seconds = most
	}
	return time.Duration(seconds) * time.Second, true
}

// cutUnquoted cuts s around the first separator that is outside quotes
// (quoted-string of RFC 9110, section 5.6.4).
func cutUnquoted(s string, separator byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == separator && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// unquote takes the quotes off a quoted-string. What is escaped inside stays
// so: no number of seconds needs it.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}
