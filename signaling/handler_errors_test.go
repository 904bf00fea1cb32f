package signaling

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Every error comes back as itself, also where the Store or the Handler
// wrapped it.
func TestErrorsAcrossTheWire(t *testing.T) {
	for _, a := range answers {
		for _, err := range []error{a.err, fmt.Errorf("%w: in detail", a.err)} {
			got := answerTo(err)
			line := got.line(err)
			if back := errorOf(got.status, line); !errors.Is(back, a.err) {
				t.Errorf("%v: answered %d %q, which is %v", err, got.status, line, back)
			}
			if strings.Contains(line, "\n") {
				t.Errorf("%v: more than a line: %q", err, line)
			}
		}
		if _, detail, _ := strings.Cut(a.line(fmt.Errorf("%w: what to do", a.err)), ": "); detail == "" {
			t.Errorf("%v: says not what to do", a.err)
		}
	}
}

func TestErrorsUnknown(t *testing.T) {
	inside := errors.New("disk of store-7 on fire")
	a := answerTo(inside)
	if line := a.line(inside); a.status != 500 || strings.Contains(line, "store-7") {
		t.Errorf("answered %d %q", a.status, line)
	}
	if err := errorOf(200, ""); err != nil {
		t.Errorf("200 is %v", err)
	}
	if err, ok := errors.AsType[*StatusError](errorOf(502, "bad gateway")); !ok || err.Status != 502 || err.Text != "bad gateway" {
		t.Errorf("502 is %v", err)
	}
}
