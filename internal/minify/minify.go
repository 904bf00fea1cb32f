// Package minify takes out of scripts and style sheets what only their readers
// need: comments, spaces, long names. The sources stay as they are; what a
// browser gets is less than half of them.
package minify

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
)

// syntax is the edition of ECMAScript that the pages are written in, and so the
// newest that may come out.
const syntax = 2022

// File returns the content of a page's file in fewer bytes: of our own scripts
// (.js) and style sheets (.css). Everything else comes back as it is, and so do
// files under vendor/, which have licences in their comments. The error is that
// of a file that cannot be parsed.
func File(name string, content []byte) ([]byte, error) {
	if strings.HasPrefix(name, "vendor/") || strings.Contains(name, "/vendor/") {
		return content, nil
	}
	var small bytes.Buffer
	var err error
	switch path.Ext(name) {
	case ".js":
		err = (&js.Minifier{Version: syntax}).Minify(minify.New(), &small, bytes.NewReader(content), nil)
	case ".css":
		err = (&css.Minifier{}).Minify(minify.New(), &small, bytes.NewReader(content), nil)
	default:
		return content, nil
	}
	if err != nil {
		return nil, fmt.Errorf("minifying %s: %w", name, err)
	}
	return small.Bytes(), nil
}
