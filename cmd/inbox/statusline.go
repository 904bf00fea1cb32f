package main

import (
	"io"
	"sync"
)

// statusLine is the last line of a terminal, which is written again and again;
// what else is written goes above it. Elsewhere than on a terminal there is none.
type statusLine struct {
	on bool

	mu   sync.Mutex
	w    io.Writer
	text string
}

func newStatusLine(w io.Writer, wanted bool) *statusLine {
	return &statusLine{on: wanted && isTerminal(w), w: w}
}

// eraseLine goes to the beginning of the line and erases it (ECMA-48, EL).
const eraseLine = "\r\x1b[K"

// set shows text from now on.
func (l *statusLine) set(text string) {
	if !l.on {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = text
	_, _ = io.WriteString(l.w, eraseLine+text) // a terminal that is gone has no reader
}

// Write writes whole lines above the status.
func (l *statusLine) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text == "" {
		return l.w.Write(b)
	}
	n, err := io.WriteString(l.w, eraseLine+string(b)+l.text)
	if err != nil {
		return 0, err
	}
	return min(n, len(b)), nil
}

// end leaves the last status where it is.
func (l *statusLine) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text != "" {
		_, _ = io.WriteString(l.w, "\n")
		l.text = ""
	}
}
