package static_test

import (
	"io/fs"
	"mime"
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
	"both.html":         {Data: []byte("<p>page")},
	"both/index.html":   {Data: []byte("<p>index")},
	"empty/file.txt":    {Data: []byte("text")},
	".secret":           {Data: []byte("hidden")},
	".git/config":       {Data: []byte("hidden")},
}

// handlers are both ways to serve the same site.
func handlers(t *testing.T) map[string]http.Handler {
	t.Helper()
	embedded, err := static.Embedded(site, static.PageHeaders(), nil)
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
		{"/folder/index", 200, "text/html; charset=utf-8", "<p>folder"},
		{"/folder/index/", 404, "", ""},
		{"/both", 200, "text/html; charset=utf-8", "<p>page"},
		{"/both/", 200, "text/html; charset=utf-8", "<p>index"},
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

func TestRedirectKeepsQuery(t *testing.T) {
	for name, h := range handlers(t) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://host/folder?to=a%20b", nil))
		if location := w.Header().Get("Location"); location != "./folder/?to=a%20b" {
			t.Errorf("%s: %d to %q", name, w.Code, location)
		}
	}
}

// TestEscapedPaths asks over a socket, where paths are still escaped.
func TestEscapedPaths(t *testing.T) {
	for name, h := range handlers(t) {
		s := httptest.NewServer(h)
		defer s.Close()
		for path, want := range map[string]int{
			"/%2e%2e/%2e%2e/etc/passwd": 404,
			"/..%2f..%2fetc%2fpasswd":   404,
			"/folder%5c..%5cmain.js":    404,
			"/main.js%00":               404,
			"/%2esecret":                404,
			"/%ff":                      404,
			"/send%2ehtml":              200,
		} {
			resp, err := s.Client().Get(s.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != want {
				t.Errorf("%s %s: status %d, want %d", name, path, resp.StatusCode, want)
			}
		}
	}
}

// TestNamesOfWindows refuses what means another file there, on every system.
func TestNamesOfWindows(t *testing.T) {
	h := static.New(fstest.MapFS{`a\b.txt`: {Data: []byte("text")}, "a:b.txt": {Data: []byte("text")}}, nil)
	for _, path := range []string{`/a\b.txt`, "/a:b.txt"} {
		if resp := request(t, h, http.MethodGet, path); resp.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, resp.Code)
		}
	}
}

// TestContentTypes holds the types against a machine with odd tables.
func TestContentTypes(t *testing.T) {
	types := map[string]string{
		"a.js":          "text/javascript; charset=utf-8",
		"a.JS":          "text/javascript; charset=utf-8",
		"a.css":         "text/css; charset=utf-8",
		"a.html":        "text/html; charset=utf-8",
		"a.svg":         "image/svg+xml",
		"a.png":         "image/png",
		"a.webmanifest": "application/manifest+json",
		"a.yaml":        "application/yaml",
		"a":             "text/plain; charset=utf-8",
	}
	files := make(fstest.MapFS)
	for name := range types {
		files[name] = &fstest.MapFile{Data: []byte("words")}
		if ext := filepath.Ext(name); ext != "" {
			if err := mime.AddExtensionType(ext, "application/x-odd"); err != nil {
				t.Fatal(err)
			}
		}
	}
	embedded, err := static.Embedded(files, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for kind, h := range map[string]http.Handler{"embedded": embedded, "folder": static.New(files, nil)} {
		for name, want := range types {
			if got := request(t, h, http.MethodGet, "/"+name).Header().Get("Content-Type"); got != want {
				t.Errorf("%s %s: %q, want %q", kind, name, got, want)
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
