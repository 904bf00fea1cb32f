package static_test

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"inbox/internal/static"
)

var script = strings.Repeat("export const answer = 42;\n", 100)

var site = fstest.MapFS{
	"index.html":        {Data: []byte("<p>start")},
	"send.html":         {Data: []byte("<p>send")},
	"main.js":           {Data: []byte(script)},
	"tiny.css":          {Data: []byte("a{}")},
	"app.webmanifest":   {Data: []byte("{}")},
	"folder/index.html": {Data: []byte("<p>folder")},
	"empty/file.txt":    {Data: []byte("text")},
	".secret":           {Data: []byte("hidden")},
	".git/config":       {Data: []byte("hidden")},
}

// handlers are both ways to serve the same site.
func handlers(t *testing.T) map[string]http.Handler {
	t.Helper()
	embedded, err := static.Embedded(site, static.PageHeaders())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, file := range site {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]http.Handler{"embedded": embedded, "folder": static.New(rootFS(t, dir), static.FolderHeaders())}
}

func rootFS(t *testing.T, dir string) fs.FS {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root.FS()
}

func request(t *testing.T, h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "http://host/", nil)
	r.URL.Path, r.URL.RawPath = path, ""
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPaths(t *testing.T) {
	tests := []struct {
		path        string
		status      int
		contentType string
		body        string
	}{
		{"/", 200, "text/html; charset=utf-8", "<p>start"},
		{"/index.html", 200, "text/html; charset=utf-8", "<p>start"},
		{"/send", 200, "text/html; charset=utf-8", "<p>send"},
		{"/send.html", 200, "text/html; charset=utf-8", "<p>send"},
		{"/main.js", 200, "text/javascript; charset=utf-8", script},
		{"/tiny.css", 200, "text/css; charset=utf-8", "a{}"},
		{"/app.webmanifest", 200, "application/manifest+json", "{}"},
		{"/folder/", 200, "text/html; charset=utf-8", "<p>folder"},
		{"/folder", 301, "", ""},
		{"/send/", 404, "", ""},
		{"/empty", 404, "", ""},
		{"/empty/", 404, "", ""},
		{"/nothing", 404, "", ""},
		{"/.secret", 404, "", ""},
		{"/.git/config", 404, "", ""},
		{"/../static.go", 404, "", ""},
		{"/folder/../../static.go", 404, "", ""},
		{"/..\\static.go", 404, "", ""},
		{"/main.js\x00.html", 404, "", ""},
		{"//send.html", 200, "text/html; charset=utf-8", "<p>send"},
		{"", 200, "text/html; charset=utf-8", "<p>start"},
	}
	for name, h := range handlers(t) {
		for _, tt := range tests {
			resp := request(t, h, http.MethodGet, tt.path)
			got := resp.Body.String()
			if resp.Code != tt.status {
				t.Errorf("%s %q: status %d, want %d", name, tt.path, resp.Code, tt.status)
			}
			if tt.status == 200 && (got != tt.body || resp.Header().Get("Content-Type") != tt.contentType) {
				t.Errorf("%s %q: %s %q", name, tt.path, resp.Header().Get("Content-Type"), got)
			}
			if strings.Contains(got, "hidden") || strings.Contains(got, "package") || strings.Contains(got, "file.txt") {
				t.Errorf("%s %q gives away %q", name, tt.path, got)
			}
			if resp.Header().Get("X-Content-Type-Options") != "nosniff" || resp.Header().Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s %q: headers %v", name, tt.path, resp.Header())
			}
		}
	}
}

// TestRedirectStaysHere asks for a folder in ways that could name another host.
func TestRedirectStaysHere(t *testing.T) {
	for name, h := range handlers(t) {
		for _, path := range []string{"/folder", "//folder", "//evil.example/../folder"} {
			resp := request(t, h, http.MethodGet, path)
			if location := resp.Header().Get("Location"); location != "./folder/" {
				t.Errorf("%s %q: %d to %q, want ./folder/", name, path, resp.Code, location)
			}
		}
	}
}

func TestMethods(t *testing.T) {
	for name, h := range handlers(t) {
		resp := request(t, h, http.MethodHead, "/main.js")
		if resp.Code != 200 || resp.Body.String() != "" {
			t.Errorf("%s HEAD: status %d with a body", name, resp.Code)
		}
		resp = request(t, h, http.MethodPost, "/main.js")
		if resp.Code != 405 || resp.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s POST: status %d, Allow %q", name, resp.Code, resp.Header().Get("Allow"))
		}
	}
}

func TestEmbeddedCompression(t *testing.T) {
	h := handlers(t)["embedded"]
	tests := []struct {
		path, accept string
		compressed   bool
	}{
		{"/main.js", "gzip, deflate, br", true},
		{"/main.js", "GZIP;q=0.5", true},
		{"/main.js", "br", false},
		{"/main.js", "", false},
		{"/main.js", "gzip;q=0", false},
		{"/tiny.css", "gzip", false}, // it would grow
	}
	for _, tt := range tests {
		resp := request(t, h, http.MethodGet, tt.path, "Accept-Encoding", tt.accept)
		if got := resp.Header().Get("Content-Encoding") == "gzip"; got != tt.compressed {
			t.Errorf("%s with %q: compressed %t, want %t", tt.path, tt.accept, got, tt.compressed)
		}
		if resp.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: Vary %q", tt.path, resp.Header().Get("Vary"))
		}
		if !tt.compressed {
			continue
		}
		z, err := gzip.NewReader(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || string(got) != script {
			t.Errorf("%s decompresses to %q, %v", tt.path, got, err)
		}
	}
}

func TestEmbeddedValidators(t *testing.T) {
	h := handlers(t)["embedded"]
	for _, accept := range []string{"", "gzip"} {
		first := request(t, h, http.MethodGet, "/main.js", "Accept-Encoding", accept)
		etag := first.Header().Get("ETag")
		if !strings.HasPrefix(etag, `"`) || first.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("ETag %q, Cache-Control %q", etag, first.Header().Get("Cache-Control"))
		}
		again := request(t, h, http.MethodGet, "/main.js", "Accept-Encoding", accept, "If-None-Match", etag)
		if again.Code != http.StatusNotModified || again.Body.String() != "" {
			t.Errorf("with %q and the ETag: status %d", accept, again.Code)
		}
		other := request(t, h, http.MethodGet, "/send.html", "Accept-Encoding", accept, "If-None-Match", etag)
		if other.Code != http.StatusOK {
			t.Errorf("with another file's ETag: status %d", other.Code)
		}
	}
	plain := request(t, h, http.MethodGet, "/main.js").Header().Get("ETag")
	if compressed := request(t, h, http.MethodGet, "/main.js", "Accept-Encoding", "gzip").Header().Get("ETag"); plain == compressed {
		t.Error("both codings have one strong ETag")
	}
	part := request(t, h, http.MethodGet, "/main.js", "Range", "bytes=0-5")
	if got := part.Body.String(); part.Code != http.StatusPartialContent || got != "export" {
		t.Errorf("range: status %d, %q", part.Code, got)
	}
	whole := request(t, h, http.MethodGet, "/main.js", "Range", "bytes=0-5", "Accept-Encoding", "gzip")
	if whole.Code != http.StatusOK {
		t.Errorf("range of the compressed form: status %d, want the whole", whole.Code)
	}
}

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

func TestPageHeaders(t *testing.T) {
	h := static.PageHeaders()
	for name, want := range map[string]string{
		"Content-Security-Policy":    "default-src 'self'",
		"Permissions-Policy":         "camera=(self)",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Referrer-Policy":            "no-referrer",
	} {
		if !strings.Contains(h.Get(name), want) {
			t.Errorf("%s: %q, want it to have %q", name, h.Get(name), want)
		}
	}
	if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") {
		t.Error("the policy allows inline code")
	}
}
