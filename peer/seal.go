// Package peer is the native end of a WebRTC session: it meets other peers, in
// browsers or native ones, through the inboxes of package signaling.
//
// A peer that was given a link with a key seals every message:
//
//	message --Seal--> box --mailbox--> box --Open--> message
//
// The server relays boxes, which it can neither read nor change.
package peer

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrKey says that a text is not the key of a link: copy the whole link.
	ErrKey = errors.New("not the key of a link: copy the whole link, which ends with 43 letters, digits, - and _")

	// ErrSeal says that a message was not sealed with this key, by this sender,
	// for this receiver: it was changed, redirected, or belongs to another link.
	// Drop it.
	ErrSeal = errors.New("message not sealed with this link's key between these two inboxes: drop it")
)

// purpose is what the key of a link is used for here (HKDF's info, RFC 5869).
const purpose = "inbox sealed message v1"

// Key is the secret of a link: 256 random bits. Whoever has it can read and
// write the messages of those that meet through the link; the server never
// learns it. Printing a Key does not show it. The zero Key stands for none.
type Key struct{ secret [32]byte }

// NewKey returns a new random key.
func NewKey() Key {
	var k Key
	rand.Read(k.secret[:])
	return k
}

// ParseKey reads a key as links have it: 43 characters of base64url without
// padding (RFC 4648, section 5). The error is ErrKey.
func ParseKey(text string) (Key, error) {
	var k Key
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != len(k.secret) || strings.ContainsAny(text, "\r\n") {
		return Key{}, ErrKey
	}
	copy(k.secret[:], b)
	if k.IsZero() {
		return Key{}, ErrKey // it would pass for none, and messages be plain
	}
	return k, nil
}

// IsZero reports whether k is no key.
func (k Key) IsZero() bool { return k == Key{} }

// Text returns the key as ParseKey reads it. It belongs into a link and nowhere else.
func (k Key) Text() string { return base64.RawURLEncoding.EncodeToString(k.secret[:]) }

// String hides the key from logs.
func (k Key) String() string { return "(secret key)" }

// GoString hides the key from logs.
func (k Key) GoString() string { return k.String() }

// Sealer seals and opens messages under one link's key. It is safe for
// concurrent use.
type Sealer struct{ aead cipher.AEAD }

// NewSealer returns the Sealer of a link's key.
func NewSealer(k Key) (*Sealer, error) {
	key, err := hkdf.Key(sha256.New, k.secret[:], nil, purpose, len(k.secret))
	if err != nil {
		return nil, fmt.Errorf("deriving the key of a link: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("AES-256: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("AES-256-GCM: %w", err)
	}
	return &Sealer{aead}, nil
}

// Seal returns the box of a message from one inbox to another: a random nonce
// of 96 bits, the ciphertext and the tag of 128 bits, in base64 (RFC 4648,
// section 4). The error is ErrSeal for identifiers that no inbox can have.
func (s *Sealer) Seal(message []byte, from, to string) (box string, err error) {
	ends, err := associated(from, to)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(s.aead.Seal(nil, nil, message, ends)), nil
}

// Open returns the message in a box that came to the inbox to and is, as the
// server says, from the inbox from. The nonce is the same only for the same box;
// see Replays. The error is ErrSeal.
func (s *Sealer) Open(box, from, to string) (message []byte, nonce Nonce, err error) {
	ends, err := associated(from, to)
	if err != nil {
		return nil, nonce, err
	}
	b, err := base64.StdEncoding.DecodeString(box)
	if err != nil || len(b) < s.aead.Overhead() {
		return nil, nonce, ErrSeal
	}
	copy(nonce[:], b)
	message, err = s.aead.Open(nil, nil, b, ends)
	if err != nil {
		return nil, nonce, ErrSeal
	}
	return message, nonce, nil
}

// associated is the associated data: who sends to whom. Identifiers have no
// colon (HTTP Basic could not carry it), so that two pairs never look alike.
func associated(from, to string) ([]byte, error) {
	if strings.Contains(from, ":") || strings.Contains(to, ":") {
		return nil, ErrSeal
	}
	return []byte(from + ":" + to), nil
}
