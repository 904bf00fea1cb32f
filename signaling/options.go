package signaling

import (
	"log/slog"
	"time"
)

// Options configure a [Handler]. The zero value of every field is its default.
type Options struct {
	// MaxWait bounds how long a GET waits for a message. Default 25 s, below
	// the 30 s and more after which proxies cut a request that is silent.
	MaxWait time.Duration
	// NoWait makes every GET answer at once, as the original's -long-polling=false.
	NoWait bool
	// Heartbeat is the time between the comments that keep a stream alive and
	// find out that its client has gone. Default 15 s.
	Heartbeat time.Duration
	// StreamLength is the number of messages after which a stream ends, so that
	// its reader comes back and acknowledges them. Default 100; an inbox's
	// capacity is the right value.
	StreamLength int
	// MaxBody bounds the bytes of a message. Default 64 KiB.
	MaxBody int64
	// Refuse are identifiers that nobody may use on this server.
	Refuse []string
	// ICEServers are what GET /ice-servers tells the owner of a live inbox.
	ICEServers []ICEServer
	// CORS lets pages of other origins use the mailbox.
	CORS bool
	// Origins narrows CORS to these origins ("https://example.org"). Empty means every origin.
	Origins []string
	// TrustProxy takes a client's address from the last entry of
	// X-Forwarded-For, which the proxy in front of this server wrote.
	TrustProxy bool
	// Limits bound what one client address may do.
	Limits Limits
	// Logger gets what the operator should know; identifiers, never passwords
	// or bodies. Default: nothing is logged.
	Logger *slog.Logger
}

// Limits bound what one client address (an IPv4 address or an IPv6 /64) may
// do. They are token buckets; a negative rate means no limit, and the zero
// value of every field is its default.
type Limits struct {
	RequestRate   float64 // requests a second; default 100
	RequestBurst  int     // default 500
	InboxRate     float64 // inboxes made a second; default 5
	InboxBurst    int     // default 100
	PasswordRate  float64 // wrong passwords a second, counted for an address and for an inbox; default 0.2
	PasswordBurst int     // default 20
	// Addresses is how many addresses, and how many inboxes with wrong passwords,
	// are remembered at least; at twice as many, those quiet for longest are
	// forgotten. Default 65536.
	Addresses int
}

// ICEServer is an RTCIceServer of W3C WebRTC, section 4.2.4.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}
