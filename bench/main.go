// Command bench measures the mailbox as its clients see it: a server process
// on loopback, plain HTTP, and this process as all of the clients.
//
//	go run ./bench                       this project's server
//	go run ./bench -original PATH        and beside it the original's binary
//	go run ./bench -only throughput      one group: throughput, latency, memory, million
//
// Each measurement starts a server of its own. Where there are two servers they
// are measured in turn, round by round, so that the machine's moods hit both.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

type config struct {
	original string
	only     string
	duration time.Duration
	rounds   int
	inboxes  int
	parked   int
}

func main() {
	var c config
	flag.StringVar(&c.original, "original", "", "the original's binary, to be measured side by side")
	flag.StringVar(&c.only, "only", "", "one group: throughput, latency, memory or million")
	flag.DurationVar(&c.duration, "duration", 5*time.Second, "the time of one round of throughput or latency")
	flag.IntVar(&c.rounds, "rounds", 3, "rounds; the median is printed")
	flag.IntVar(&c.inboxes, "inboxes", 100_000, "idle inboxes for their memory")
	flag.IntVar(&c.parked, "parked", 5_000, "parked GETs for their memory")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, c); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c config) error {
	dir, err := os.MkdirTemp("", "inbox-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "inbox")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/inbox")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building ./cmd/inbox (run bench in the project's folder): %w", err)
	}
	subjects := []subject{
		{name: "inbox, long polling", binary: binary, args: ownArgs},
		{name: "inbox, stream", binary: binary, args: ownArgs, stream: true},
	}
	if c.original != "" {
		original := subject{name: "the original", binary: c.original, args: originalArgs, dir: dir, fragile: true}
		subjects = append([]subject{original}, subjects...)
	}
	groups := []struct {
		name string
		run  func(context.Context, config, []subject) error
	}{
		{"throughput", throughput},
		{"latency", latency},
		{"memory", memory},
		{"million", million},
	}
	for _, g := range groups {
		if c.only != "" && c.only != g.name {
			continue
		}
		if err := g.run(ctx, c, slices.Clone(subjects)); err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
	}
	return nil
}

// rounds measures every subject in turn, c.rounds times, and prints the median
// round of each, by the figure that less reports.
func rounds[R any](ctx context.Context, c config, title string, subjects []subject,
	measure func(context.Context, subject) (R, error), figure func(R) float64, show func(R) string) error {
	fmt.Printf("\n%s\n", title)
	results := make([][]R, len(subjects))
	for range c.rounds {
		for i, s := range subjects {
			r, err := measure(ctx, s)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			results[i] = append(results[i], r)
		}
	}
	first := 0.0
	for i, s := range subjects {
		rs := results[i]
		slices.SortFunc(rs, func(a, b R) int { return int(1000 * (figure(a) - figure(b))) })
		median := rs[len(rs)/2]
		ratio := ""
		if i == 0 {
			first = figure(median)
		} else {
			ratio = fmt.Sprintf("  (%.2f times the first)", figure(median)/first)
		}
		fmt.Printf("  %s %s%s\n", s.name+strings.Repeat(" ", 22-len(s.name)), show(median), ratio)
	}
	return nil
}
