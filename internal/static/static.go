// Package static serves folders of pages: an embedded one, whose files are
// known when the program starts ([Embedded]), and a user's, whose files change
// ([New]).
//
// Both answer GET and HEAD, find /send as send.html and a folder as its
// index.html, list no folders, and know nothing of files whose names begin with a dot.
package static

import (
	"io"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"strings"
)

// resolve finds the file that a URL path stands for.
func resolve(fsys fs.FS, urlPath string) (name string, ok bool) {
	name = strings.TrimPrefix(path.Clean("/"+urlPath), "/")
	if name == "" {
		name = "."
	}
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00:") || hidden(name) {
		return "", false
	}
	for _, candidate := range []string{name, name + ".html", path.Join(name, "index.html")} {
		if info, err := fs.Stat(fsys, candidate); err == nil && info.Mode().IsRegular() {
			return candidate, true
		}
	}
	return "", false
}

// hidden reports whether an element of name begins with a dot.
func hidden(name string) bool {
	for element := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(element, ".") && element != "." {
			return true
		}
	}
	return false
}

// contentTypes are those of what pages are made of, whatever the machine's
// own tables say.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".jpg":         "image/jpeg",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".mjs":         "text/javascript; charset=utf-8",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
	".yaml":        "application/yaml",
	".yml":         "application/yaml",
}

// begin sets the headers that every answer has and refuses methods that are
// not for files. It reports whether there is more to answer.
func begin(w http.ResponseWriter, r *http.Request, headers http.Header) bool {
	maps.Copy(w.Header(), headers)
	w.Header().Set("Cache-Control", "no-cache")
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	text(w, http.StatusMethodNotAllowed, "pages can only be read (GET)")
	return false
}

// missing answers for a page that does not exist.
func missing(w http.ResponseWriter) {
	text(w, http.StatusNotFound, "there is no such page here; open / instead")
}

func text(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Del("Etag")
	w.WriteHeader(status)
	io.WriteString(w, line+"\n")
}

// misplaced redirects /folder to /folder/, and /folder/file/ nowhere: relative
// links would lead astray. It reports whether it has answered.
func misplaced(w http.ResponseWriter, r *http.Request, name string) bool {
	folder := path.Base(name) == "index.html" && path.Dir(name) != "." && !strings.HasSuffix(r.URL.Path, "index.html")
	slash := strings.HasSuffix(r.URL.Path, "/") && path.Clean(r.URL.Path) != "/"
	switch {
	case folder && !slash:
		// Relative, and so never to another host.
		w.Header().Set("Location", "./"+path.Base(r.URL.EscapedPath())+"/")
		w.WriteHeader(http.StatusMovedPermanently)
		return true
	case !folder && slash:
		missing(w)
		return true
	}
	return false
}
