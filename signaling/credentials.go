package signaling

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxID       = 256  // bytes of an identifier
	maxPassword = 1024 // bytes of a password
)

// Validate returns nil if c can travel as HTTP Basic credentials and its
// identifier in a header. An identifier is 1 to 256 bytes of UTF-8 without ':',
// control characters (RFC 7617, section 2, forbids both) and spaces at its
// ends, which a header loses. A password is up to 1024 bytes without ASCII
// control characters; it may be empty. Errors: [ErrInvalidID],
// [ErrBadRequest] for a password.
func (c Credentials) Validate() error {
	if err := validateID(c.ID); err != nil {
		return err
	}
	if len(c.Password) > maxPassword {
		return fmt.Errorf("%w: use a password of at most %d bytes", ErrBadRequest, maxPassword)
	}
	for i := range len(c.Password) {
		if b := c.Password[i]; b < ' ' || b == 0x7f {
			return fmt.Errorf("%w: use a password without control characters", ErrBadRequest)
		}
	}
	return nil
}

func validateID(id string) error {
	if id == "" || len(id) > maxID || !utf8.ValidString(id) ||
		id != strings.Trim(id, " ") ||
		strings.ContainsRune(id, ':') || strings.ContainsFunc(id, unicode.IsControl) {
		return ErrInvalidID
	}
	return nil
}

// credentials returns the HTTP Basic credentials of r. Errors:
// ErrNoCredentials, and those of Validate.
func credentials(r *http.Request) (Credentials, error) {
	id, password, ok := r.BasicAuth()
	if !ok {
		return Credentials{}, ErrNoCredentials
	}
	// BasicAuth cuts both out of one string. A Store keeps the identifier, which
	// must not keep the password in memory.
	c := Credentials{ID: strings.Clone(id), Password: password}
	return c, c.Validate()
}

// challenge asks for credentials (RFC 7617, section 2), except of a page's
// script: there a challenge makes the browser open its password dialog, or a
// headless one wait for it for ever, where the script itself would tell its
// user what is wrong. Browsers tell the two apart for us (Fetch Metadata,
// section 2.3): only what is typed into the address bar is a navigation.
func challenge(header http.Header, r *http.Request) {
	switch r.Header.Get("Sec-Fetch-Mode") {
	case "", "navigate":
		header.Set("WWW-Authenticate", `Basic realm="inbox", charset="UTF-8"`)
	}
}
