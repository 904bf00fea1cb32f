package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"inbox/internal/tlsport"
	"inbox/signaling"
)

func serveCommand() *command {
	return &command{
		name:    "serve",
		args:    "[flags]",
		summary: "run the server: the mailbox and the pages, over HTTPS",
		flags:   func() *flag.FlagSet { return serveFlags(new(serveConfig)) },
		run:     serve,
	}
}

// shutdownTime is how long requests in flight may take to finish.
const shutdownTime = 2 * time.Second

func serve(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c serveConfig
	words, err := parseWords(serveFlags(&c), args)
	if errors.Is(err, flag.ErrHelp) {
		serveCommand().explain(stdout)
		return nil
	}
	if len(words) > 0 {
		err = tooMany(words[0], c.shares.set)
	}
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return err
	}
	log := newLogger(stderr, c.logLevel.value, c.logFormat.value)
	cert, err := openCertificate(&c, log)
	if err != nil {
		return err
	}
	store := signaling.NewMemory(signaling.MemoryOptions{
		InboxTimeout:   c.inboxTimeout.Duration,
		MessageTimeout: c.messageTimeout.Duration,
		InboxCapacity:  int(c.inboxCapacity),
		MaxInboxes:     int(c.maxInboxes),
		MaxBytes:       int64(c.maxBytes),
	})
	site, err := newSite(&c, store, cert, log)
	if err != nil {
		return err
	}
	defer site.Close()
	l, err := listen(ctx, c.bind)
	if err != nil {
		return err
	}
	site.HandleFunc("GET /config.json", serveConfigJSON(&c, l.Addr()))
	camera, err := newServedCamera(&c, l.Addr(), cert, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	recorder, err := newServedRecorder(&c, l.Addr(), cert, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	printWelcome(stdout, &c, l.Addr(), cert, camera == nil && recorder == nil)
	if camera != nil {
		printLink(stdout, camera.link)
	}
	if recorder != nil {
		printDialLink(stdout, recorder.link)
	}

	g, ctx := errgroup.WithContext(ctx)
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	g.Go(func() error {
		defer stop() // after its own peers, who say goodbye through the server
		return runPeers(ctx, camera, recorder, log)
	})
	g.Go(func() error { return store.Run(serving, c.cleanupInterval.Duration) })
	g.Go(func() error { return site.mailbox.Run(serving) })
	g.Go(func() error { return cert.run(serving) })
	if c.mdns {
		g.Go(func() error { return answerNames(serving, l.Addr(), log) })
	}
	g.Go(func() error { return serveHTTP(serving, l, &c, site, cert, log) })
	err = g.Wait()
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	stats := store.Stats()
	log.Info("stopped", "inboxes", stats.Inboxes, "messages", stats.Messages, "refused", stats.Refused)
	return err
}

// runPeers runs the server's own camera and recorder, where there are any, until ctx ends.
func runPeers(ctx context.Context, camera *servedCamera, recorder *servedRecorder, log *slog.Logger) error {
	g, ctx := errgroup.WithContext(ctx)
	if camera != nil {
		g.Go(func() error { return camera.run(ctx, log) })
	}
	if recorder != nil {
		g.Go(func() error { return recorder.run(ctx, log) })
	}
	g.Go(func() error { // the server outlives a camera whose film is over
		<-ctx.Done()
		return ctx.Err()
	})
	return g.Wait()
}

// serveHTTP serves site until ctx ends. Then waiting GETs end at once, because
// their contexts do, and requests in flight have shutdownTime to finish.
func serveHTTP(ctx context.Context, l net.Listener, c *serveConfig, site http.Handler, cert *certificate, log *slog.Logger) error {
	srv := &http.Server{
		Handler:           site,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    int(c.maxHeaderSize),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() {
		if cert.get == nil {
			failed <- srv.Serve(l)
			return
		}
		srv.TLSConfig = &tls.Config{GetCertificate: cert.get, MinVersion: tls.VersionTLS12}
		failed <- srv.ServeTLS(tlsport.NewListener(l), "", "")
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := srv.Shutdown(bound); err != nil {
		log.Warn("some requests did not finish in time", "error", err)
		srv.Close()
	}
	<-failed
	return ctx.Err()
}

func newLogger(w io.Writer, level, format string) *slog.Logger {
	var opts slog.HandlerOptions
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err == nil {
		opts.Level = l
	}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, &opts))
	}
	return slog.New(slog.NewTextHandler(w, &opts))
}
