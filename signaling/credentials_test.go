package signaling

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCredentialsValidate(t *testing.T) {
	tests := []struct {
		name, id, password string
		want               error
	}{
		{"plain", "receiver", "secret", nil},
		{"UTF-8", "Žofie's ☺ camera", "☺", nil},
		{"empty password", "receiver", "", nil},
		{"colons in the password", "receiver", "a:b:c", nil},
		{"Latin-1 password", "receiver", "\xe9", nil},
		{"longest", strings.Repeat("i", 256), strings.Repeat("p", 1024), nil},
		{"empty", "", "secret", ErrInvalidID},
		{"too long", strings.Repeat("i", 257), "secret", ErrInvalidID},
		{"colon", "a:b", "secret", ErrInvalidID},
		{"not UTF-8", "\xe9", "secret", ErrInvalidID},
		{"line break", "a\nb", "secret", ErrInvalidID},
		{"DEL", "a\x7fb", "secret", ErrInvalidID},
		{"C1 control", "a\u0085b", "secret", ErrInvalidID},
		{"space before", " a", "secret", ErrInvalidID},
		{"space behind", "a ", "secret", ErrInvalidID},
		{"password too long", "receiver", strings.Repeat("p", 1025), ErrBadRequest},
		{"password with NUL", "receiver", "a\x00b", ErrBadRequest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := (Credentials{test.id, test.password}).Validate(); !errors.Is(err, test.want) {
				t.Errorf("Validate: %v, want %v", err, test.want)
			}
		})
	}
}

// Only a navigation gets the challenge that opens a browser's password dialog.
func TestChallenge(t *testing.T) {
	for mode, want := range map[string]bool{"": true, "navigate": true, "cors": false, "same-origin": false, "no-cors": false} {
		r := httptest.NewRequest("GET", "/inbox", nil)
		r.Header.Set("Sec-Fetch-Mode", mode)
		header := make(http.Header)
		challenge(header, r)
		if got := header.Get("WWW-Authenticate") != ""; got != want {
			t.Errorf("Sec-Fetch-Mode %q: challenged %t, want %t", mode, got, want)
		}
	}
}

// What is accepted travels unchanged, there as credentials and back in a header.
func FuzzCredentials(f *testing.F) {
	f.Add("receiver", "secret")
	f.Add("Žofie", "a:b")
	f.Add(" a\t", "\x00")
	f.Add("\u2028", "\xff")
	f.Fuzz(func(t *testing.T, id, password string) {
		sent := Credentials{ID: id, Password: password}
		r := httptest.NewRequest("GET", "/inbox", nil)
		r.SetBasicAuth(id, password)
		got, err := credentials(r)
		if valid := sent.Validate(); valid == nil && (err != nil || got != sent) {
			t.Fatalf("%q came as %q, %v", sent, got, err)
		}
		if err != nil {
			return
		}
		if !utf8.ValidString(got.ID) || strings.ContainsAny(got.ID, ":\r\n\x00") {
			t.Errorf("accepted the identifier %q", got.ID)
		}
		wire := "GET / HTTP/1.1\r\nHost: a\r\nX-From: " + got.ID + "\r\n\r\n"
		back := parseRequest(wire)
		if back == nil || back.Header.Get("X-From") != got.ID {
			t.Errorf("identifier %q does not survive a header", got.ID)
		}
	})
}
