package peer

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/pion/webrtc/v4"
)

// MessageType says what a message is.
type MessageType string

// The messages that two peers exchange through their inboxes; docs/protocol.md
// tells them whole.
const (
	Offer        MessageType = "offer"
	Answer       MessageType = "answer"
	ICECandidate MessageType = "icecandidate"
	Watch        MessageType = "watch"  // a viewer asks a camera for an offer
	State        MessageType = "state"  // the camera's picture or name changed
	Bye          MessageType = "bye"    // the session is over
	Sealed       MessageType = "sealed" // any of the others, encrypted
)

// PictureState says how a camera's picture stands.
type PictureState string

// The states of a picture.
const (
	Live        PictureState = "live"
	Paused      PictureState = "paused"      // by the person
	Away        PictureState = "away"        // the device is gone for now
	Unsupported PictureState = "unsupported" // no codec of the camera's fits this viewer
)

// maxName is how many characters of a camera's name count.
const maxName = 64

// errMessage says that a body is not a message.
var errMessage = errors.New("not a message of docs/protocol.md")

// Message is one of the messages, as JSON has it.
type Message struct {
	Type      MessageType              `json:"type"`
	Session   string                   `json:"session,omitempty"` // "" for peers that know no sessions
	SDP       string                   `json:"sdp,omitempty"`
	Candidate *webrtc.ICECandidateInit `json:"candidate,omitempty"`
	Name      string                   `json:"name,omitempty"`
	Video     PictureState             `json:"video,omitempty"`
	Codecs    string                   `json:"codecs,omitempty"` // with Unsupported: what the camera has, to be shown
	Box       string                   `json:"box,omitempty"`
}

// parseMessage reads what came from a peer; whoever gets the message may rely on its shape.
func parseMessage(body []byte) (Message, error) {
	var m Message
	if err := json.Unmarshal(body, &m); err != nil {
		return Message{}, fmt.Errorf("%w: %w", errMessage, err)
	}
	complete := true
	switch m.Type {
	case Offer, Answer:
		complete = m.SDP != ""
	case ICECandidate:
		complete = m.Candidate != nil
	case Sealed:
		complete = m.Box != ""
	case Watch, State, Bye:
	default:
		return Message{}, fmt.Errorf("%w: type %.20q", errMessage, m.Type)
	}
	if !complete {
		return Message{}, fmt.Errorf("%w: %s without its content", errMessage, m.Type)
	}
	m.Name = shorten(m.Name, maxName)
	return m, nil
}

// shorten returns the first n characters.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}
