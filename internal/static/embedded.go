package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Shrink gives the content of a file in fewer bytes that mean the same.
type Shrink func(name string, content []byte) ([]byte, error)

// Embedded serves the files of fsys as they are now, shrunk if shrink is not nil;
// headers are on every answer. Each has a strong ETag of its content, so that a
// browser asks and is told 304, and is kept compressed where that is smaller. The
// error is that of a file that cannot be read or shrunk.
func Embedded(fsys fs.FS, headers http.Header, shrink Shrink) (http.Handler, error) {
	files := make(map[string]*file)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[name], err = load(fsys, name, shrink)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("loading the pages: %w", err)
	}
	exists := func(name string) bool { return files[name] != nil }
	return handler(headers, exists, func(w http.ResponseWriter, r *http.Request, name string) {
		files[name].serve(w, r)
	}), nil
}

// file is an embedded file, as it is and compressed.
type file struct {
	contentType string
	etag        string // of the content as it is, without quotes
	content     []byte
	compressed  []byte // nil where it would not be smaller
}

func load(fsys fs.FS, name string, shrink Shrink) (*file, error) {
	content, err := fs.ReadFile(fsys, name)
	if err == nil && shrink != nil {
		content, err = shrink(name, content)
	}
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	f := &file{
		contentType: contentType(name),
		etag:        base64.RawURLEncoding.EncodeToString(sum[:18]),
		content:     content,
	}
	if f.contentType == "" {
		f.contentType = http.DetectContentType(content)
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	z.Write(content) // into memory: it cannot fail
	z.Close()
	if b.Len() < len(content) {
		f.compressed = b.Bytes()
	}
	return f, nil
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Vary", "Accept-Encoding")
	content, etag := f.content, f.etag
	if f.compressed != nil && acceptsGzip(r.Header) {
		content, etag = f.compressed, f.etag+"-gzip"
		h.Set("Content-Encoding", "gzip")
		// ServeContent sets no length beside an encoding. With If-Match it may
		// answer 412, which has no body for a length to announce.
		if r.Header.Get("If-Match") == "" {
			h.Set("Content-Length", strconv.Itoa(len(content)))
		}
		// A range would be one of the compressed bytes.
		r = r.Clone(r.Context())
		r.Header.Del("Range")
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// acceptsGzip reports whether gzip is among the accepted codings (RFC 9110,
// section 12.5.3) with a weight above zero.
func acceptsGzip(h http.Header) bool {
	accepted := false
	for _, field := range h.Values("Accept-Encoding") {
		for coding := range strings.SplitSeq(field, ",") {
			name, parameter, _ := strings.Cut(coding, ";")
			if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
				continue
			}
			weight, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameter)), "q=")
			q, err := strconv.ParseFloat(weight, 64)
			accepted = !ok || err == nil && q > 0
		}
	}
	return accepted
}
