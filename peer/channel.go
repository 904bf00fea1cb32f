package peer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/pion/webrtc/v4"

	"inbox/signaling"
)

// inboxPoll is how long to wait for an own inbox to be there.
const inboxPoll = 20 * time.Millisecond

var (
	// errPlain says that a message was not sealed where only sealed ones count.
	errPlain = errors.New("message is not sealed: drop it")
	// errStranger says that a message is not from the inbox that was named.
	errStranger = errors.New("message from a stranger: drop it")
	// errReplayed says that a box came before.
	errReplayed = errors.New("message came before: drop it")
)

// channel is what lies between a mailbox, which carries bytes, and sessions,
// which know messages. With a key everything is sealed and nothing else is
// accepted. open is for one goroutine, send for any.
type channel struct {
	mailbox *signaling.Client
	sealer  *Sealer // nil: messages are plain
	replays Replays
	only    string // the one inbox whose messages count; "": every one
}

// received is a message and the inbox that it came from.
type received struct {
	from string
	Message
}

func newChannel(mailbox *signaling.Client, key Key) (*channel, error) {
	c := &channel{mailbox: mailbox}
	if key.IsZero() {
		return c, nil
	}
	sealer, err := NewSealer(key)
	c.sealer = sealer
	return c, err
}

// send puts a message into an inbox; its errors are those of [signaling.Client.Send].
func (c *channel) send(ctx context.Context, to string, m Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("message %s: %w", m.Type, err)
	}
	if c.sealer != nil {
		box, err := c.sealer.Seal(body, c.mailbox.Credentials.ID, to)
		if err != nil {
			return err
		}
		if body, err = json.Marshal(Message{Type: Sealed, Box: box}); err != nil {
			return err
		}
	}
	return c.mailbox.Send(ctx, to, body)
}

// open returns the message in what came from the mailbox, or why it does not
// count: errStranger, errPlain, ErrSeal, errReplayed or errMessage.
func (c *channel) open(raw signaling.Message) (Message, error) {
	if c.only != "" && raw.From != c.only {
		return Message{}, errStranger
	}
	m, err := parseMessage(raw.Body)
	if c.sealer == nil || (err == nil && m.Type != Sealed) {
		if err == nil && c.sealer != nil {
			err = errPlain
		}
		return m, err
	}
	if err != nil {
		return Message{}, err
	}
	body, nonce, err := c.sealer.Open(m.Box, raw.From, c.mailbox.Credentials.ID)
	if err != nil {
		return Message{}, err
	}
	if m, err = parseMessage(body); err != nil {
		return Message{}, err
	}
	switch {
	case m.Type == Sealed:
		return Message{}, errMessage
	case m.Type == Answer || m.Type == ICECandidate:
		// They count for one session, so that repeating them does nothing.
		if m.Session == "" {
			return Message{}, errMessage
		}
	case !c.replays.Take(nonce):
		return Message{}, errReplayed
	}
	return m, nil
}

// read hands on the messages that count, until ctx ends or the mailbox fails for good.
func (c *channel) read(ctx context.Context, to chan<- received, log *slog.Logger) error {
	for raw, err := range c.mailbox.Messages(ctx) {
		if err != nil {
			return err
		}
		m, err := c.open(raw)
		if err != nil {
			log.Warn("message dropped", "from", raw.From, "error", err)
			continue
		}
		select {
		case to <- received{raw.From, m}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// iceServers gets those of the mailbox's server, which only the owner of an inbox
// gets: that is so a moment after read has asked for messages. Without them peers
// on one network still find each other.
func (c *channel) iceServers(ctx context.Context, log *slog.Logger) (servers []webrtc.ICEServer) {
	for {
		from, err := c.mailbox.ICEServers(ctx)
		if errors.Is(err, signaling.ErrNotFound) {
			select {
			case <-time.After(inboxPoll):
				continue
			case <-ctx.Done():
				return nil
			}
		}
		if err != nil && ctx.Err() == nil {
			log.Warn("going on without ICE servers", "error", err)
		}
		for _, i := range from {
			servers = append(servers, webrtc.ICEServer{URLs: slices.Clone(i.URLs), Username: i.Username, Credential: i.Credential})
		}
		return servers
	}
}
