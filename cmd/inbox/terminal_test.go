package main

import (
	"bytes"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"inbox/peer"
)

// What a person on a terminal reads while a camera runs: a line each.
func TestTerminalLines(t *testing.T) {
	var out bytes.Buffer
	log := terminalLogger(&out, true, "info", "auto")
	viewer := log.With("viewer", "abc")
	viewer.Info("viewer is connected", "route", "direct udp host", "codec", "video/H264")
	viewer.Info("viewer watches", "bitrate", peer.Bitrate(2_100_000), "route", "direct udp host")
	log.Warn("camera is away; it is used again once it is back", "error", errors.New("unplugged"))
	log.Debug("nobody reads this")
	viewer.Info("viewer is gone", "because", "it said goodbye", "nothing", "")
	want := []string{
		`viewer is connected (viewer abc, route direct udp host, codec video/H264)`,
		`viewer watches (viewer abc, bitrate 2.1 Mbit/s, route direct udp host)`,
		`camera is away; it is used again once it is back (error unplugged)`,
		`viewer is gone (viewer abc, because it said goodbye)`,
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), &out)
	}
	for i, line := range lines {
		if time, text, _ := strings.Cut(line, " "); text != want[i] || !regexp.MustCompile(`^\d\d:\d\d:\d\d$`).MatchString(time) {
			t.Errorf("line %d is %q, want the time and %q", i, line, want[i])
		}
	}
}

// Elsewhere than on a terminal, and where a format is asked for, logs are structured.
func TestStructuredLogs(t *testing.T) {
	for _, tt := range []struct {
		terminal bool
		format   string
		want     string
	}{
		{false, "auto", `level=INFO msg="viewer watches" bitrate="2.1 Mbit/s"`},
		{true, "text", `level=INFO msg="viewer watches" bitrate="2.1 Mbit/s"`},
		{true, "json", `"msg":"viewer watches","bitrate":2100000`},
	} {
		var out bytes.Buffer
		terminalLogger(&out, tt.terminal, "info", tt.format).Info("viewer watches", slog.Any("bitrate", peer.Bitrate(2_100_000)))
		if !strings.Contains(out.String(), tt.want) {
			t.Errorf("%s on a terminal (%v) is %s, want %s", tt.format, tt.terminal, &out, tt.want)
		}
	}
}

// The link is printed once, alone on its line, for copying; the QR code is for terminals.
func TestPrintLink(t *testing.T) {
	link := peer.Link{Kind: peer.WatchLink, Server: "https://192.0.2.1:3000", Inbox: "porch", Key: peer.NewKey()}
	var out bytes.Buffer
	printLink(&out, link)
	if !regexp.MustCompile(`(?m)^  ` + regexp.QuoteMeta(link.String()) + `$`).MatchString(out.String()) {
		t.Errorf("the link %s is not on a line of its own:\n%s", link, &out)
	}
	if strings.Count(out.String(), link.Key.Text()) != 1 || strings.ContainsAny(out.String(), "█▀▄") {
		t.Errorf("what is printed elsewhere than on a terminal:\n%s", &out)
	}
}
