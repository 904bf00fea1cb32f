package cert

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// run starts l.Run in a bubble and returns what stops it.
func run(t *testing.T, l *Local) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run returned %v", err)
		}
	}
}

func TestRunFollowsTheNames(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		names := home
		set := func(n Names) {
			mu.Lock()
			defer mu.Unlock()
			names = n
		}
		var log bytes.Buffer
		l, err := OpenLocal(dir, func() Names { mu.Lock(); defer mu.Unlock(); return names }, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		stop := run(t, l)
		first, ca := l.Leaf(), l.CA()

		set(Names{DNS: home.DNS, IPs: home.IPs[:2]})
		time.Sleep(2 * checkEvery)
		if !l.Leaf().Equal(first) {
			t.Error("a name less made a new leaf")
		}

		set(Names{DNS: []string{"localhost", "attic"}, IPs: []net.IP{net.IPv4(10, 1, 2, 3), net.IPv4(198, 51, 100, 1)}})
		time.Sleep(5 * checkEvery)
		stop()
		if l.Leaf().Equal(first) || !l.CA().Equal(ca) {
			t.Error("new names must make a new leaf of the same authority")
		}
		if err := verify(l, l.Leaf(), "10.1.2.3"); err != nil {
			t.Error(err)
		}
		if err := l.Leaf().VerifyHostname("attic"); err == nil {
			t.Error("the leaf has a name that its authority may not speak for, so no device accepts it")
		}
		if n := strings.Count(log.String(), "level=WARN"); n != 1 || !strings.Contains(log.String(), "[attic 198.51.100.1]") || !strings.Contains(log.String(), authorityFile) {
			t.Errorf("%d warnings, want one with the names left out and what to do: %s", n, log.String())
		}
		if !open(t, dir, always(Names{DNS: []string{"localhost"}})).Leaf().Equal(l.Leaf()) {
			t.Error("the new leaf is not kept")
		}
	})
}

func TestRunRenewsBeforeTheEnd(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		first := open(t, dir, always(home)).Leaf()
		time.Sleep(time.Until(first.NotAfter) - renewBefore - time.Hour)
		l := open(t, dir, always(home))
		stop := run(t, l)
		time.Sleep(30 * time.Minute)
		if !l.Leaf().Equal(first) {
			t.Error("renewed before its time")
		}
		time.Sleep(time.Hour)
		stop()
		if left := time.Until(l.Leaf().NotAfter); left < 390*24*time.Hour {
			t.Errorf("the leaf has %v left", left)
		}
		if err := verify(l, l.Leaf(), "den.local"); err != nil {
			t.Error(err)
		}
	})
}

func TestAuthorityIsReplacedBeforeTheEnd(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			l, err := OpenLocal(dir, always(home), slog.New(slog.NewTextHandler(&log, nil)))
			if err != nil {
				t.Fatal(err)
			}
			first := l.CA()
			time.Sleep(time.Until(first.NotAfter) - leafLife - time.Minute)
			if err := l.renew(); err != nil || !l.CA().Equal(first) {
				t.Fatalf("replaced before its time, or %v", err)
			}
			time.Sleep(2 * time.Minute)
			if err := l.renew(); err != nil {
				t.Fatal(err)
			}
			if l.CA().Equal(first) || !strings.Contains(log.String(), "level=WARN") {
				t.Errorf("not replaced, or not logged: %s", log.String())
			}
			if err := verify(l, l.Leaf(), "den.local"); err != nil {
				t.Error(err)
			}
			if dir != "" && !open(t, dir, always(home)).CA().Equal(l.CA()) {
				t.Error("the new authority is not kept")
			}
		})
	}
}
