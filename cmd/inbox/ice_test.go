package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"inbox/signaling"
)

func TestICEServers(t *testing.T) {
	t.Setenv("INBOX_ICE_USERNAME", "user")
	t.Setenv("INBOX_ICE_CREDENTIAL", "secret")
	file := filepath.Join(t.TempDir(), "ice.json")
	write := func(text string) string {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return "@" + file
	}
	tests := []struct {
		text string
		want iceServers // nil: an error
	}{
		{"stun:example.org:3478", iceServers{{URLs: []string{"stun:example.org:3478"}}}},
		{"turns:example.org:5349?transport=tcp", iceServers{{URLs: []string{"turns:example.org:5349?transport=tcp"}, Username: "user", Credential: "secret"}}},
		{"example.org", nil},
		{"http://example.org", nil},
		{"", nil},
		{"@" + file + ".missing", nil},
		{write(`{"urls": "stun:a.example:1"}`), iceServers{{URLs: []string{"stun:a.example:1"}}}},
		{write(` [{"urls": ["turn:a.example:1", "turn:b.example:2"], "username": "u", "credential": "c"}, {"urls": "stun:c.example:3"}]`),
			iceServers{{URLs: []string{"turn:a.example:1", "turn:b.example:2"}, Username: "u", Credential: "c"}, {URLs: []string{"stun:c.example:3"}}}},
		{write(`{"urls": "turn:a.example:1"}`), nil},
		{write(`{"urls": 5}`), nil},
		{write(`{}`), nil},
		{write(`nonsense`), nil},
	}
	for _, tt := range tests {
		if tt.text == "@"+file { // each case writes the file anew
			continue
		}
		var got iceServers
		if err := got.Set(tt.text); (err == nil) != (tt.want != nil) || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%q: %+v, %v; want %+v", tt.text, got, err, tt.want)
		}
	}
	var _ []signaling.ICEServer = iceServers{}
}
