// Package inbox holds the files that the binary carries: the pages and the
// documents of the API.
package inbox

import (
	"embed"
	"io/fs"
)

//go:embed all:web docs/openapi.yaml docs/swagger.yml
var files embed.FS

// Pages returns the pages: index.html, send.html, receive.html and what they use.
func Pages() fs.FS { return sub("web") }

// Documents returns openapi.yaml (OpenAPI 3.1) and swagger.yml (Swagger 2.0),
// which describe the HTTP API.
func Documents() fs.FS { return sub("docs") }

func sub(dir string) fs.FS {
	f, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // only for a name that is no path
	}
	return f
}
