// Package static serves folders of pages: an embedded one, whose files are
// known when the program starts ([Embedded]), and a user's, whose files change
// ([New]).
//
// Both answer GET and HEAD, find /send as send.html and a folder as its
// index.html, list no folders, and know nothing of files whose names begin with a dot.
package static

import (
	"io"
	"maps"
	"net/http"
	"path"
	"strings"
)

// handler answers with the files for which exists is true, as serve writes
// them; headers are on every answer.
func handler(headers http.Header, exists func(name string) bool, serve func(w http.ResponseWriter, r *http.Request, name string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), headers)
		w.Header().Set("Cache-Control", "no-cache")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			text(w, http.StatusMethodNotAllowed, "pages can only be read (GET)")
			return
		}
		name, folder := find(exists, r.URL.Path)
		switch {
		case folder:
			redirect(w, r)
		case name == "":
			text(w, http.StatusNotFound, "there is no such page here; open / instead")
		default:
			serve(w, r, name)
		}
	})
}

// find returns the name of the file that a URL path stands for, "" if there is
// none. A folder's page belongs to /folder/, from where its relative links lead
// into the folder; folder is true for /folder, which has to be redirected.
func find(exists func(name string) bool, urlPath string) (name string, folder bool) {
	name = strings.TrimPrefix(path.Clean("/"+urlPath), "/")
	// The backslash and the colon separate elements, drives and streams on Windows.
	if strings.ContainsAny(name, "\\:\x00") || hidden(name) {
		return "", false
	}
	slash := name == "" || strings.HasSuffix(urlPath, "/")
	if !slash {
		for _, page := range []string{name, name + ".html"} {
			if exists(page) {
				return page, false
			}
		}
	}
	if index := path.Join(name, "index.html"); exists(index) {
		return index, !slash
	}
	return "", false
}

// hidden reports whether an element of name begins with a dot.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.Contains(name, "/.")
}

// redirect leads from /folder to /folder/, by a relative reference and so
// never to another host.
func redirect(w http.ResponseWriter, r *http.Request) {
	location := "./" + path.Base(r.URL.EscapedPath()) + "/"
	if r.URL.RawQuery != "" {
		location += "?" + r.URL.RawQuery
	}
	w.Header().Set("Location", location)
	w.WriteHeader(http.StatusMovedPermanently)
}

func text(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, line+"\n")
}

// contentType returns the type of what pages are made of, whatever the
// machine's own tables say, and "" for other files.
func contentType(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".jpg":
		return "image/jpeg"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".json":
		return "application/json"
	case ".png":
		return "image/png"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".wasm":
		return "application/wasm"
	case ".webmanifest":
		return "application/manifest+json"
	case ".yaml", ".yml":
		return "application/yaml"
	}
	return ""
}
