package signaling

import (
	"errors"
	"net/http"
	"strings"
)

// The errors of the mailbox. A Store returns them, the Handler answers them as
// a status with the text as its first words, and the Client turns that answer
// back into them, so errors.Is holds on both ends of the wire.
var (
	ErrBadRequest     = errors.New("bad request")
	ErrInvalidID      = errors.New("invalid identifier")
	ErrNoCredentials  = errors.New("no credentials")
	ErrWrongPassword  = errors.New("wrong password")
	ErrRefused        = errors.New("identifier not allowed on this server")
	ErrNotFound       = errors.New("no such inbox")
	ErrNoResource     = errors.New("no such resource")
	ErrMethod         = errors.New("method not allowed")
	ErrTooSlow        = errors.New("request too slow")
	ErrDisplaced      = errors.New("displaced by a newer reader")
	ErrTooLarge       = errors.New("message too large")
	ErrTooManyTries   = errors.New("too many wrong passwords")
	ErrRateLimited    = errors.New("too many requests")
	ErrInboxFull      = errors.New("inbox full")
	ErrTooManyInboxes = errors.New("too many inboxes")
	ErrStoreFull      = errors.New("server full")
	ErrUnavailable    = errors.New("service unavailable")

	// ErrEmpty says that no message came in the time there was. It is an
	// answer (204), not a failure.
	ErrEmpty = errors.New("no message")
)

// answer is how an error looks on the wire: its status and what to do about it.
type answer struct {
	err    error
	status int
	advice string
}

// answers is the one table between errors and statuses. The first entry of a
// status stands for it when the text tells no more.
var answers = []answer{
	{ErrEmpty, http.StatusNoContent, ""},
	{ErrBadRequest, http.StatusBadRequest, ""},
	{ErrInvalidID, http.StatusBadRequest, "use 1 to 256 bytes of UTF-8 without ':' or control characters"},
	{ErrWrongPassword, http.StatusUnauthorized, "this identifier is taken; use its password or another identifier"},
	{ErrNoCredentials, http.StatusUnauthorized, "send HTTP Basic credentials: the inbox's identifier and a password"},
	{ErrRefused, http.StatusForbidden, "choose another identifier"},
	{ErrNotFound, http.StatusNotFound, "its owner must ask for messages (GET /inbox) first and keep asking"},
	{ErrNoResource, http.StatusNotFound, "the mailbox is at /inbox"},
	{ErrMethod, http.StatusMethodNotAllowed, "see the Allow header"},
	{ErrTooSlow, http.StatusRequestTimeout, "send the whole body within 10 seconds"},
	{ErrDisplaced, http.StatusConflict, "the same inbox is read elsewhere; use one identifier for each reader"},
	{ErrTooLarge, http.StatusRequestEntityTooLarge, "send less, or raise -max-body-size"},
	{ErrRateLimited, http.StatusTooManyRequests, "slow down"},
	{ErrTooManyTries, http.StatusTooManyRequests, "wait before you try again"},
	{ErrUnavailable, http.StatusServiceUnavailable, "try again later"},
	{ErrInboxFull, http.StatusServiceUnavailable, "its owner reads too slowly; try again later"},
	{ErrTooManyInboxes, http.StatusServiceUnavailable, "try again later"},
	{ErrStoreFull, http.StatusServiceUnavailable, "try again later"},
}

// answerTo finds how err is answered; an error that is not of this package is
// a 500 that says nothing of the inside.
func answerTo(err error) answer {
	for _, a := range answers {
		if errors.Is(err, a.err) {
			return a
		}
	}
	return answer{errors.New("internal error"), http.StatusInternalServerError, "see the server's log"}
}

// line is the text of an answer to err. What is wrong with a bad request is told
// by err itself; of other errors only the sentinel is, so that nothing of the
// inside leaks.
func (a answer) line(err error) string {
	if a.advice == "" {
		return err.Error()
	}
	return a.err.Error() + ": " + a.advice
}

// errorOf is the inverse of answerTo: the error that a status and the first
// line of its body stand for, nil for a success other than 204.
func errorOf(status int, line string) error {
	var first error
	for _, a := range answers {
		if a.status != status {
			continue
		}
		if strings.HasPrefix(line, a.err.Error()) {
			return a.err
		}
		if first == nil {
			first = a.err
		}
	}
	if first != nil || status/100 == 2 {
		return first
	}
	return &StatusError{Status: status, Text: line}
}

// StatusError is an answer that is none of the mailbox's own, from a proxy in
// between or a server out of order.
type StatusError struct {
	Status int    // the HTTP status code
	Text   string // the first line of the body
}

func (e *StatusError) Error() string {
	s := http.StatusText(e.Status)
	if s == "" {
		s = "unknown status"
	}
	if e.Text == "" {
		return s
	}
	return s + ": " + e.Text
}
