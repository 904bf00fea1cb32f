package static_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"inbox/internal/static"
)

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
		{"/main.js", "gzip; Q=0.000, br", false},
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

// TestEmbeddedMismatch asks on a condition that fails: the answer has no body,
// and must not announce one.
func TestEmbeddedMismatch(t *testing.T) {
	s := httptest.NewServer(handlers(t)["embedded"])
	defer s.Close()
	for _, accept := range []string{"identity", "gzip"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/main.js", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Accept-Encoding": {accept}, "If-Match": {`"other"`}}
		resp, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusPreconditionFailed || len(body) != 0 || err != nil {
			t.Errorf("%s: status %d, %q, %v", accept, resp.StatusCode, body, err)
		}
	}
}

// TestEmbeddedLength announces how long the compressed form is.
func TestEmbeddedLength(t *testing.T) {
	h := handlers(t)["embedded"]
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		resp := request(t, h, method, "/main.js", "Accept-Encoding", "gzip")
		length, err := strconv.Atoi(resp.Header().Get("Content-Length"))
		if err != nil || length >= len(script) || method == http.MethodGet && length != resp.Body.Len() {
			t.Errorf("%s: Content-Length %q for %d bytes", method, resp.Header().Get("Content-Length"), resp.Body.Len())
		}
	}
}

// TestEmbeddedStays serves the files as they were at the start.
func TestEmbeddedStays(t *testing.T) {
	files := fstest.MapFS{"page.html": {Data: []byte("before")}}
	h, err := static.Embedded(files, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	files["late.html"] = &fstest.MapFile{Data: []byte("late")}
	delete(files, "page.html")
	for path, want := range map[string]int{"/page": 200, "/late": 404} {
		if resp := request(t, h, http.MethodGet, path); resp.Code != want {
			t.Errorf("%s: status %d, want %d", path, resp.Code, want)
		}
	}
}
