package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/mdp/qrterminal/v3"

	"inbox/peer"
)

// terminalLogger writes lines for people on a terminal, and structured logs elsewhere.
func terminalLogger(w io.Writer, terminal bool, level, format string) *slog.Logger {
	if format != "auto" || !terminal {
		return newLogger(w, level, format)
	}
	h := &lineHandler{w: w, mu: new(sync.Mutex)}
	_ = h.level.UnmarshalText([]byte(level)) // the flag knows only good ones
	return slog.New(h)
}

// lineHandler is a [slog.Handler] that writes a record as one line to be read:
//
//	12:03:04 viewer is connected (viewer abc, route direct udp host)
type lineHandler struct {
	w     io.Writer
	level slog.Level
	attrs []slog.Attr
	mu    *sync.Mutex
}

// Enabled implements [slog.Handler].
func (h *lineHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

// Handle implements [slog.Handler].
func (h *lineHandler) Handle(_ context.Context, r slog.Record) error {
	var details []string
	add := func(a slog.Attr) bool {
		if text := a.Value.String(); text != "" {
			details = append(details, a.Key+" "+text)
		}
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	r.Attrs(add)
	line := r.Time.Format("15:04:05 ") + r.Message
	if len(details) > 0 {
		line += " (" + strings.Join(details, ", ") + ")"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := fmt.Fprintln(h.w, line)
	return err
}

// WithAttrs implements [slog.Handler].
func (h *lineHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	copied := *h
	copied.attrs = append(append([]slog.Attr(nil), h.attrs...), attrs...)
	return &copied
}

// WithGroup implements [slog.Handler]: lines have no groups.
func (h *lineHandler) WithGroup(string) slog.Handler { return h }

// printLink prints where the camera can be watched, with a QR code on a terminal.
func printLink(w io.Writer, link peer.Link) {
	fmt.Fprintf(w, "Watch this camera with any browser:\n\n  %s\n\nWhoever has the link can watch; the server cannot.\n\n", link)
	if isTerminal(w) {
		qrterminal.GenerateHalfBlock(link.String(), qrterminal.L, w)
		fmt.Fprintln(w)
	}
}

// printDialLink prints where a phone can send its camera.
func printDialLink(w io.Writer, link peer.Link) {
	fmt.Fprintf(w, "Open this where the camera is, and press Start:\n\n  %s\n\nThe server cannot watch.\n\n", link)
	if isTerminal(w) {
		qrterminal.GenerateHalfBlock(link.String(), qrterminal.L, w)
		fmt.Fprintln(w)
	}
}
