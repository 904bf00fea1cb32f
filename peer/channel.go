package peer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"inbox/signaling"
)

var (
	// errPlain says that a message was not sealed where only sealed ones count.
	errPlain = errors.New("message is not sealed: drop it")
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
// count: errPlain, ErrSeal, errReplayed or errMessage.
func (c *channel) open(raw signaling.Message) (Message, error) {
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
