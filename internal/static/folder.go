package static

import (
	"io"
	"io/fs"
	"net/http"
)

// New serves the files of fsys as they are at the moment; headers are on every
// answer. To keep links inside of the folder, give it an os.Root's FS.
func New(fsys fs.FS, headers http.Header) http.Handler {
	exists := func(name string) bool {
		info, err := fs.Stat(fsys, name)
		return err == nil && info.Mode().IsRegular()
	}
	return handler(headers, exists, func(w http.ResponseWriter, r *http.Request, name string) {
		serveFile(w, r, fsys, name)
	})
}

func serveFile(w http.ResponseWriter, r *http.Request, fsys fs.FS, name string) {
	f, err := fsys.Open(name)
	if err != nil {
		text(w, http.StatusNotFound, "this page cannot be read; check its permissions, or open / instead")
		return
	}
	defer f.Close()
	info, err := f.Stat()
	content, ok := f.(io.ReadSeeker)
	if err != nil || !ok {
		text(w, http.StatusNotFound, "this page cannot be read; open / instead")
		return
	}
	if t := contentType(name); t != "" {
		w.Header().Set("Content-Type", t)
	}
	http.ServeContent(w, r, name, info.ModTime(), content)
}
