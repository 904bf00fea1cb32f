package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pion/stun/v3"

	"inbox/signaling"
)

// iceServers is the value of -ice-server.
type iceServers []signaling.ICEServer

func (s *iceServers) String() string { return "" }

// Set adds a server: a URL (RFC 7064, RFC 7065), or @FILE with one or an array
// of RTCIceServer objects (W3C WebRTC, section 4.2.4).
func (s *iceServers) Set(text string) error {
	if file, ok := strings.CutPrefix(text, "@"); ok {
		return s.load(file)
	}
	server := signaling.ICEServer{URLs: []string{text}}
	if strings.HasPrefix(text, "turn") {
		server.Username = os.Getenv("INBOX_ICE_USERNAME")
		server.Credential = os.Getenv("INBOX_ICE_CREDENTIAL")
	}
	return s.add(server)
}

func (s *iceServers) load(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var objects []struct {
		URLs       json.RawMessage `json:"urls"`
		Username   string          `json:"username"`
		Credential string          `json:"credential"`
	}
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		data = fmt.Appendf(nil, "[%s]", data)
	}
	if err := json.Unmarshal(data, &objects); err != nil {
		return fmt.Errorf("%s: want RTCIceServer objects in JSON, like {\"urls\": \"stun:HOST:PORT\"}: %w", file, err)
	}
	for _, o := range objects {
		server := signaling.ICEServer{Username: o.Username, Credential: o.Credential}
		var url string
		if json.Unmarshal(o.URLs, &url) == nil {
			server.URLs = []string{url}
		} else if err := json.Unmarshal(o.URLs, &server.URLs); err != nil {
			return fmt.Errorf("%s: urls is a string or an array of strings", file)
		}
		if err := s.add(server); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func (s *iceServers) add(server signaling.ICEServer) error {
	if len(server.URLs) == 0 {
		return errors.New("an ICE server needs a URL")
	}
	for _, url := range server.URLs {
		uri, err := stun.ParseURI(url)
		if err != nil {
			return fmt.Errorf("%q: %w; want stun:HOST:PORT or turn:HOST:PORT", url, err)
		}
		turn := uri.Scheme == stun.SchemeTypeTURN || uri.Scheme == stun.SchemeTypeTURNS
		if turn && (server.Username == "" || server.Credential == "") {
			return fmt.Errorf("%q needs credentials: set INBOX_ICE_USERNAME and INBOX_ICE_CREDENTIAL, or use @FILE", url)
		}
	}
	*s = append(*s, server)
	return nil
}
