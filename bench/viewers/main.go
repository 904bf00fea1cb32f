//go:build unix

// Command viewers measures what each viewer costs the process that has the
// camera: 720p at 30 pictures and 2 Mbit a second, which are encoded already,
// to pion viewers in another process, over loopback.
//
//	go run ./bench/viewers
//	go run ./bench/viewers -viewers 1,64 -duration 20s
//
// It prints the processor time of the camera's process as a share of one core,
// without the viewers (the mailbox is in the same process, and idle by then).
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"inbox/peer"
	"inbox/signaling"
)

type config struct {
	viewers  string
	duration time.Duration
	bitrate  int
	watch    string // in the other process: the mailbox to watch at
	count    int
}

func main() {
	var c config
	flag.StringVar(&c.viewers, "viewers", "1,8,32,100", "how many viewers, one measurement each")
	flag.DurationVar(&c.duration, "duration", 10*time.Second, "the time of one measurement")
	flag.IntVar(&c.bitrate, "bitrate", 2_000_000, "bits a second")
	flag.StringVar(&c.watch, "watch", "", "for its own use: be the viewers, of the camera at this server")
	flag.IntVar(&c.count, "count", 1, "for its own use: how many")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, c)
	if c.watch != "" {
		err = watch(ctx, c.watch, c.count)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "viewers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c config) error {
	if c.watch != "" {
		return nil
	}
	for field := range strings.SplitSeq(c.viewers, ",") {
		n, err := strconv.Atoi(field)
		if err != nil {
			return fmt.Errorf("-viewers: %q is not a number", field)
		}
		if err := measure(ctx, c, n); err != nil {
			return err
		}
	}
	return nil
}

// measure runs a camera and n viewers, and prints what the camera cost.
func measure(ctx context.Context, c config, n int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server, err := serve()
	if err != nil {
		return err
	}
	source := newSynthetic(c.bitrate)
	camera := &peer.Camera{
		Source:  source,
		Mailbox: &signaling.Client{URL: server, Credentials: signaling.Credentials{ID: "camera", Password: "camera"}},
	}
	ended := make(chan error, 1)
	go func() { ended <- camera.Run(ctx) }()
	idle := share(c.duration / 5)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-watch", server, "-count", strconv.Itoa(n))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	// The other process writes a line once all its viewers have pictures.
	var line string
	if _, err := fmt.Fscanln(out, &line); err != nil || line != "watching" {
		return fmt.Errorf("the viewers did not come: %q, %w", line, err)
	}
	busy := share(c.duration)
	cancel()
	<-ended
	_ = cmd.Wait() // it was ended with ctx
	fmt.Printf("%4d viewers  %5.1f %% of a core, %.2f %% a viewer\n", n, 100*busy, 100*(busy-idle)/float64(n))
	return nil
}

// share is the processor time of this process in d, as a share of one core.
func share(d time.Duration) float64 {
	before := cpu()
	time.Sleep(d)
	return (cpu() - before).Seconds() / d.Seconds()
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serve runs a mailbox on a free port, until the process ends.
func serve() (url string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	handler := signaling.NewHandler(signaling.NewMemory(signaling.MemoryOptions{}), signaling.Options{})
	go http.Serve(l, handler) //nolint:gosec // on loopback, for a benchmark
	return "http://" + l.Addr().String(), nil
}
