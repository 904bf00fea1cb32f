package static

import (
	"io"
	"io/fs"
	"net/http"
	"path"
)

// New serves the files of fsys as they are at the moment; headers are on every
// answer. To keep links inside of the folder, give it an os.Root's FS.
func New(fsys fs.FS, headers http.Header) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !begin(w, r, headers) {
			return
		}
		name, ok := resolve(fsys, r.URL.Path)
		if !ok {
			missing(w)
			return
		}
		if !misplaced(w, r, name) {
			serveFile(w, r, fsys, name)
		}
	})
}

func serveFile(w http.ResponseWriter, r *http.Request, fsys fs.FS, name string) {
	f, err := fsys.Open(name)
	if err != nil {
		missing(w)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	content, ok := f.(io.ReadSeeker)
	if err != nil || !ok {
		missing(w)
		return
	}
	if t := contentTypes[path.Ext(name)]; t != "" {
		w.Header().Set("Content-Type", t)
	}
	http.ServeContent(w, r, name, info.ModTime(), content)
}
