package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// subject is a server to measure, and the way in which its clients read.
type subject struct {
	name    string
	binary  string
	dir     string // working folder; the original wants a folder of pages there
	args    func(bind string, inboxTimeout int) []string
	stream  bool         // read the event stream instead of long polling
	library bool         // clients are those of package signaling, whatever client says
	fragile bool         // crashes when two clients make inboxes at once
	client  *http.Client // that all clients share; nil: each has a connection of its own
}

func ownArgs(bind string, inboxTimeout int) []string {
	return []string{"serve", "-bind", bind, "-https=false", "-mdns=false", "-log-level=error",
		"-inbox-timeout", strconv.Itoa(inboxTimeout), "-max-inboxes", "2000000",
		"-request-rate=-1", "-inbox-rate=-1"}
}

func originalArgs(bind string, inboxTimeout int) []string {
	return []string{"-bind", bind, "-https=false", "-inbox-timeout", strconv.Itoa(inboxTimeout)}
}

// server is a running subject.
type server struct {
	subject
	base   string // http://127.0.0.1:port
	cmd    *exec.Cmd
	exited chan error
}

// launch starts a server on a free port and waits until it answers.
func launch(ctx context.Context, s subject, inboxTimeout int) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	bind := l.Addr().String()
	l.Close()
	cmd := exec.CommandContext(ctx, s.binary, s.args(bind, inboxTimeout)...)
	cmd.Dir = s.dir
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	v := &server{subject: s, base: "http://" + bind, cmd: cmd, exited: make(chan error, 1)}
	go func() { v.exited <- cmd.Wait() }()
	deadline := time.Now().Add(10 * time.Second)
	for {
		resp, err := http.Get(v.base + "/")
		if err == nil {
			resp.Body.Close()
			return v, nil
		}
		select {
		case err := <-v.exited:
			return nil, fmt.Errorf("the server ended: %w", errors.Join(err, errors.New("see its flags")))
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			v.stop()
			return nil, fmt.Errorf("the server did not answer: %w", err)
		}
	}
}

func (v *server) stop() {
	v.cmd.Process.Kill()
	<-v.exited
}

// alive returns an error if the server has ended by itself.
func (v *server) alive() error {
	select {
	case err := <-v.exited:
		v.exited <- err
		return fmt.Errorf("the server crashed: %w", err)
	default:
		return nil
	}
}

// cpu is the processor time that the server has used.
func (v *server) cpu() time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", v.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100
}

// rss is the server's resident memory in bytes.
func (v *server) rss() int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", v.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
