package static_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inbox/internal/static"
)

// TestFolderKeepsInside follows links that stay and links that lead out.
func TestFolderKeepsInside(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside.txt")
	dir := t.TempDir()
	for file, content := range map[string]string{outside: "not for the world", filepath.Join(dir, "inside.txt"): "inside"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"out.txt": outside, "in.txt": "inside.txt", "up": ".."} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	h := static.New(rootFS(t, dir), static.FolderHeaders())
	for path, want := range map[string]int{"/in.txt": 200, "/out.txt": 404, "/up/": 404, "/up/" + filepath.Base(filepath.Dir(outside)) + "/outside.txt": 404} {
		resp := request(t, h, http.MethodGet, path)
		if got := resp.Body.String(); resp.Code != want || strings.Contains(got, "world") {
			t.Errorf("%s: status %d, want %d; %q", path, resp.Code, want, got)
		}
	}
	if csp := request(t, h, http.MethodGet, "/in.txt").Header().Get("Content-Security-Policy"); csp != "" {
		t.Errorf("a user's page is under our policy: %q", csp)
	}
}

// TestFolderFollowsChanges serves a file as it is now, and 304 for as long as it is the same.
func TestFolderFollowsChanges(t *testing.T) {
	dir := t.TempDir()
	h := static.New(rootFS(t, dir), static.FolderHeaders())
	for _, content := range []string{"one", "two"} {
		if err := os.WriteFile(filepath.Join(dir, "page.html"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		resp := request(t, h, http.MethodGet, "/page")
		if got := resp.Body.String(); got != content {
			t.Errorf("got %q, want %q", got, content)
		}
		again := request(t, h, http.MethodGet, "/page", "If-Modified-Since", resp.Header().Get("Last-Modified"))
		if again.Code != http.StatusNotModified {
			t.Errorf("unchanged: status %d", again.Code)
		}
	}
}
