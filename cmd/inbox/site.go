package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"

	"inbox"
	"inbox/internal/minify"
	"inbox/internal/static"
	"inbox/signaling"
)

// lobby is the inbox through which pages without a link find each other.
const lobby = "receiver"

// site is everything that the server serves.
type site struct {
	*http.ServeMux
	mailbox *signaling.Handler
	root    *os.Root // of the user's own pages; nil for the built-in ones
}

// Close closes the folder of the user's pages, if there is one.
func (s *site) Close() error {
	if s.root == nil {
		return nil
	}
	return s.root.Close()
}

// newSite makes all but /config.json, for which the server must listen first.
func newSite(c *serveConfig, store signaling.Store, cert *certificate, log *slog.Logger) (*site, error) {
	s := &site{ServeMux: http.NewServeMux(), mailbox: newMailbox(c, store, log)}
	pages, err := s.pages(c.public)
	if err != nil {
		return nil, err
	}
	documents, err := static.Embedded(inbox.Documents(), static.FolderHeaders(), nil)
	if err != nil {
		return nil, err
	}
	s.Handle("/inbox", s.mailbox)
	s.Handle("/ice-servers", s.mailbox)
	s.Handle("GET /openapi.yaml", documents)
	s.Handle("GET /swagger.yml", documents)
	s.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	s.HandleFunc("GET /ca.crt", serveCA(cert))
	s.Handle("/", pages)
	return s, nil
}

// pages are the built-in ones, or those of the user's folder.
func (s *site) pages(folder string) (http.Handler, error) {
	if folder == "" {
		return static.Embedded(inbox.Pages(), static.PageHeaders(), minify.File)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("-public: %w; name a folder with pages, or leave it out for the built-in ones", err)
	}
	s.root = root
	return static.New(root.FS(), static.FolderHeaders()), nil
}

func newMailbox(c *serveConfig, store signaling.Store, log *slog.Logger) *signaling.Handler {
	opts := signaling.Options{
		NoWait:       !c.longPolling,
		StreamLength: int(c.inboxCapacity),
		MaxBody:      int64(c.maxBodySize),
		ICEServers:   c.iceServers,
		CORS:         c.cors,
		Origins:      c.corsOrigins,
		TrustProxy:   c.trustProxy,
		Limits:       c.limits,
		Logger:       log,
	}
	if !c.lobby {
		opts.Refuse = []string{lobby}
	}
	return signaling.NewHandler(store, opts)
}

// serveConfigJSON tells the pages what they have to know of this server:
// {"lobby": whether pages without a link find each other, "version": "..."}.
// A page that was opened on this machine itself also gets "addresses", the URLs at
// which others open the server, since a link to localhost leads a phone nowhere.
// Nobody else is told which networks the machine has.
func serveConfigJSON(c *serveConfig, bound net.Addr) http.HandlerFunc {
	version := readBuild().version
	return func(w http.ResponseWriter, r *http.Request) {
		config := struct {
			Lobby     bool     `json:"lobby"`
			Version   string   `json:"version"`
			Addresses []string `json:"addresses,omitempty"`
		}{Lobby: c.lobby, Version: version}
		if fromThisMachine(r) {
			config.Addresses, _ = addressesToOpen(c, bound)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		json.NewEncoder(w).Encode(config)
	}
}

// fromThisMachine reports whether a request was made on this machine and for
// it: what a proxy on it passes on is for another host.
func fromThisMachine(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// serveCA gives the authority's certificate to devices that shall trust it.
func serveCA(cert *certificate) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if cert.ca == nil {
			plain(w, http.StatusNotFound, "this server has a certificate that was given to it, and no authority of its own: there is nothing to trust here")
			return
		}
		w.Header().Set("Content-Type", "application/x-x509-ca-cert")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Disposition", `attachment; filename="inbox-ca.crt"`)
		w.Write(cert.ca().Raw)
	}
}

// plain answers one line of text.
func plain(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	io.WriteString(w, line+"\n")
}
