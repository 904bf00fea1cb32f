package inbox_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestDependencies holds the arrows of the map in DESIGN.md.
func TestDependencies(t *testing.T) {
	tests := []struct {
		pkg     string
		mayUse  []string // prefixes beside the standard library
		because string
	}{
		{"inbox", []string{"inbox"}, "the embedded files are files"},
		{"inbox/signaling", []string{"inbox/signaling", "golang.org/x/"}, "the mailbox knows nothing of WebRTC, media or pages"},
		{"inbox/signaling/storetest", []string{"inbox/signaling", "golang.org/x/"}, "any Store must be able to use the suite"},
		{"inbox/peer", []string{"inbox/peer", "inbox/signaling", "golang.org/x/", "github.com/pion/", "github.com/google/uuid", "github.com/wlynxg/anet"}, "a peer knows nothing of pages or of the store behind the mailbox"},
		{"inbox/peer/source", []string{"inbox/peer", "inbox/signaling", "golang.org/x/", "github.com/"}, "sources know nothing of pages or the command"},
		{"inbox/peer/sink", []string{"inbox/peer", "inbox/signaling", "golang.org/x/", "github.com/"}, "sinks know nothing of pages or the command"},
		{"inbox/internal/cert", []string{"inbox/internal/cert"}, "certificates need the standard library alone"},
		{"inbox/internal/minify", []string{"inbox/internal/minify", "github.com/tdewolff/"}, "minifying is one library's affair"},
		{"inbox/internal/static", []string{"inbox/internal/static"}, "serving files needs the standard library alone"},
		{"inbox/internal/tlsport", []string{"inbox/internal/tlsport"}, "a listener needs the standard library alone"},
	}
	for _, tt := range tests {
		for _, dep := range deps(t, tt.pkg) {
			if isStandard(dep) || hasPrefix(dep, tt.mayUse) {
				continue
			}
			t.Errorf("%s uses %s: %s", tt.pkg, dep, tt.because)
		}
	}
}

// TestWithoutCgo holds that all but capturing and encoding builds without a C
// compiler: drivers and codecs come in behind build constraints.
func TestWithoutCgo(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	for _, pkg := range []string{"inbox/peer", "inbox/peer/source", "inbox/peer/sink", "inbox/cmd/inbox"} {
		for _, dep := range deps(t, pkg) {
			if strings.HasPrefix(dep, "github.com/pion/mediadevices/pkg/codec/") || strings.HasPrefix(dep, "github.com/pion/mediadevices/pkg/driver/") {
				t.Errorf("%s uses %s without cgo", pkg, dep)
			}
		}
	}
}

// TestSessionsKnowNoDevices keeps capture and codecs out of package peer.
func TestSessionsKnowNoDevices(t *testing.T) {
	for _, dep := range deps(t, "inbox/peer") {
		if strings.HasPrefix(dep, "github.com/pion/mediadevices") || strings.HasPrefix(dep, "inbox/peer/") {
			t.Errorf("inbox/peer uses %s: sources are given to it", dep)
		}
	}
}

func deps(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", pkg).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", pkg, err)
	}
	return strings.Fields(string(out))
}

// isStandard reports whether pkg is of the standard library, whose import
// paths have no dot in their first element and are not this module's.
func isStandard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return !strings.Contains(first, ".") && first != "inbox"
}

func hasPrefix(pkg string, prefixes []string) bool {
	for _, p := range prefixes {
		if pkg == strings.TrimSuffix(p, "/") || strings.HasPrefix(pkg, strings.TrimSuffix(p, "/")+"/") {
			return true
		}
	}
	return false
}
