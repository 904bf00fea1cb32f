package main

import (
	"encoding/json"
	"net"
	"net/http/httptest"
	"slices"
	"testing"
)

func TestAddressesInConfig(t *testing.T) {
	c := &serveConfig{bind: "0.0.0.0:3000", https: true, lobby: true}
	bound := &net.TCPAddr{IP: net.IPv6unspecified, Port: 3000}
	tests := []struct {
		name, remote, host, forwarded string
		told                          bool
	}{
		{"localhost", "127.0.0.1:5000", "localhost:3000", "", true},
		{"loopback by number", "[::1]:5000", "[::1]:3000", "", true},
		{"an IPv4 client of a socket for both", "[::ffff:127.0.0.1]:5000", "127.0.0.1", "", true},
		{"another machine", "192.168.1.9:5000", "localhost:3000", "", false},
		{"by the name that others use", "127.0.0.1:5000", "example.org", "", false},
		{"through a proxy", "127.0.0.1:5000", "localhost:3000", "192.168.1.9", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/config.json", nil)
			r.RemoteAddr, r.Host = tt.remote, tt.host
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			w := httptest.NewRecorder()
			serveConfigJSON(c, bound)(w, r)
			var got struct {
				Lobby     bool
				Version   string
				Addresses []string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if !got.Lobby || got.Version == "" {
				t.Errorf("answer %s", w.Body)
			}
			var want []string
			if tt.told {
				want, _ = addressesToOpen(c, bound)
			}
			if !slices.Equal(got.Addresses, want) {
				t.Errorf("addresses %q, want %q", got.Addresses, want)
			}
		})
	}
}
