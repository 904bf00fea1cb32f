package signaling

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
	"unicode/utf8"
)

// The comments of a stream (WHATWG HTML, section 9.2.6, lines that begin with a
// colon). The first is sent at once: a client that does not get it within
// moments is behind a proxy that buffers, and polls instead.
const (
	openComment      = ": open\n\n"
	heartbeatComment = ":\n\n"
	displacedEvent   = "event: displaced\ndata:\n\n"
)

// event is the data of an `event: message`.
type event struct {
	From string `json:"from"`
	Body string `json:"body"`
	// Encoding is "base64" if Body is the base64 form (RFC 4648, section 4) of
	// bytes that are not UTF-8; else Body is the message itself.
	Encoding string `json:"encoding,omitempty"`
}

// stream sends the messages behind the one with the ID after as Server-Sent
// Events, and acknowledges those up to it:
//
//	: open
//
//	id: jnzr3-1f
//	event: message
//	data: {"from":"sender","body":"..."}
//
// It ends after StreamLength messages, which stay in the inbox until the reader
// comes back with the last one's ID; when a newer reader displaces it (`event:
// displaced`); when the inbox is removed; and when the client or the server goes.
func (h *Handler) stream(x *exchange, reader Reader, after string) error {
	header := h.header(x)
	header.Set("Content-Type", "text/event-stream")
	header.Set("X-Accel-Buffering", "no") // nginx would hold the events back
	if err := x.sendText(openComment); err != nil {
		return err
	}
	err := h.events(x, reader, after)
	if errors.Is(err, ErrDisplaced) {
		return x.sendText(displacedEvent)
	}
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrEmpty) || isContextError(err) {
		return nil
	}
	return err
}

// events sends the events of a stream and returns why it ended, nil when it
// was long enough. Messages that are there together go out together.
func (h *Handler) events(x *exchange, reader Reader, after string) error {
	ctx := x.r.Context()
	if err := reader.Ack(ctx, after); err != nil {
		return err
	}
	heartbeat := h.opts.Heartbeat
	if h.opts.NoWait {
		heartbeat = 0
	}
	for left := h.opts.StreamLength; left > 0; {
		messages, err := reader.Next(ctx, after, left, heartbeat)
		switch {
		case err == nil:
			left -= len(messages)
			after = messages[len(messages)-1].ID
			err = x.sendPart(func() error { return writeEvents(x.w, messages) })
		case errors.Is(err, ErrEmpty) && !h.opts.NoWait:
			err = x.sendText(heartbeatComment)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func writeEvents(w io.Writer, messages []Message) error {
	data := json.NewEncoder(w) // one line for each: JSON escapes line breaks
	for _, m := range messages {
		e := event{From: m.From}
		if utf8.Valid(m.Body) {
			e.Body = string(m.Body)
		} else {
			e.Body, e.Encoding = base64.StdEncoding.EncodeToString(m.Body), "base64"
		}
		io.WriteString(w, "id: "+m.ID+"\nevent: message\ndata: ")
		if err := data.Encode(e); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
	}
	return nil
}

func (x *exchange) sendText(text string) error {
	return x.sendPart(func() error {
		_, err := io.WriteString(x.w, text)
		return err
	})
}

// sendPart is send for an answer that goes on: HTTP/2 would end it when the
// deadline passes, whether or not something is being written.
func (x *exchange) sendPart(write func() error) error {
	err := x.send(write)
	http.NewResponseController(x.w).SetWriteDeadline(time.Time{})
	return err
}
