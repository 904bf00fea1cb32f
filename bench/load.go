package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// messageSize is about that of a browser's offer.
const messageSize = 1500

type load struct {
	perSecond float64
	cpu       time.Duration // the server's, for each delivery
}

// clients are the two ways in which a client may be written.
var clients = []struct {
	name   string
	shared *http.Client
}{
	{"a connection for each client", nil},
	{"all clients on Go's http.DefaultClient", http.DefaultClient},
}

func throughput(ctx context.Context, c config, subjects []subject) error {
	show := func(l load) string {
		return fmt.Sprintf("%8.0f deliveries/s  %5.0f us of server CPU each", l.perSecond, float64(l.cpu.Nanoseconds())/1000)
	}
	for _, client := range clients {
		subjects := slices.Clone(subjects)
		if client.shared != nil { // or a program uses the client that is made for it
			last := subjects[len(subjects)-1]
			last.name, last.library = "inbox, its Go client", true
			subjects = append(subjects, last)
		}
		for i := range subjects {
			subjects[i].client = client.shared
		}
		for _, pairs := range []int{64, 512} {
			title := fmt.Sprintf("Throughput, %d pairs, messages of %d bytes, %s", pairs, messageSize, client.name)
			measure := func(ctx context.Context, s subject) (load, error) { return deliver(ctx, s, pairs, c.duration) }
			if err := rounds(ctx, c, title, subjects, measure, func(l load) float64 { return l.perSecond }, show); err != nil {
				return err
			}
		}
	}
	return nil
}

// deliver lets pairs of clients exchange messages as fast as they can.
func deliver(ctx context.Context, s subject, pairs int, d time.Duration) (load, error) {
	v, err := launch(ctx, s, 60)
	if err != nil {
		return load{}, err
	}
	defer v.stop()
	var delivered atomic.Int64
	body := []byte(strings.Repeat("x", messageSize))
	var begun sync.Once
	var start time.Time
	var cpu time.Duration
	err = v.exchange(ctx, pairs, d, func(p *pair) {
		begun.Do(func() { start, cpu = time.Now(), v.cpu() })
		for p.acquire() {
			p.send(body)
		}
	}, func(p *pair, _ []byte) {
		delivered.Add(1)
		p.release()
	})
	took := time.Since(start)
	n := delivered.Load()
	if n == 0 {
		return load{}, errors.Join(err, errors.New("nothing was delivered"))
	}
	return load{float64(n) / took.Seconds(), (v.cpu() - cpu) / time.Duration(n)}, errors.Join(err, v.alive())
}

type delays struct{ p50, p99 time.Duration }

func latency(ctx context.Context, c config, subjects []subject) error {
	return rounds(ctx, c, "From put to a waiting reader, 64 pairs, 640 messages a second", subjects,
		func(ctx context.Context, s subject) (delays, error) {
			v, err := launch(ctx, s, 60)
			if err != nil {
				return delays{}, err
			}
			defer v.stop()
			return v.delays(ctx, 64, 640, c.duration)
		},
		func(d delays) float64 { return d.p50.Seconds() * 1000 }, showDelays)
}

func showDelays(d delays) string {
	return fmt.Sprintf("p50 %6.2f ms  p99 %7.2f ms", d.p50.Seconds()*1000, d.p99.Seconds()*1000)
}

// delays measures the time from put to delivery at a steady rate.
func (v *server) delays(ctx context.Context, pairs, rate int, d time.Duration) (delays, error) {
	var mu sync.Mutex
	var all []time.Duration
	interval := time.Duration(pairs) * time.Second / time.Duration(rate)
	pad := strings.Repeat("x", messageSize-20)
	start := time.Now()
	err := v.exchange(ctx, pairs, d, func(p *pair) {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-p.ctx.Done():
				return
			case <-ticker.C:
				p.send(fmt.Appendf(nil, "%d %s", time.Since(start), pad))
			}
		}
	}, func(p *pair, body []byte) {
		digits, _, _ := strings.Cut(string(body), " ")
		sent, _ := strconv.ParseInt(digits, 10, 64)
		mu.Lock()
		all = append(all, time.Since(start)-time.Duration(sent))
		mu.Unlock()
	})
	if len(all) == 0 {
		return delays{}, errors.Join(err, errors.New("nothing was delivered"))
	}
	slices.Sort(all)
	return delays{all[len(all)/2], all[len(all)*99/100]}, errors.Join(err, v.alive())
}

// pair is a sender and its receiver.
type pair struct {
	ctx      context.Context
	sender   *peer
	receiver string
	token    chan struct{} // holds one while a message is on its way
}

func (p *pair) acquire() bool {
	select {
	case p.token <- struct{}{}:
		return true
	case <-p.ctx.Done():
		return false
	}
}

func (p *pair) release() {
	select {
	case <-p.token:
	default:
	}
}

// send puts a message, again and again while the receiver is not there yet.
func (p *pair) send(body []byte) {
	for p.ctx.Err() == nil {
		status, err := p.sender.post(p.ctx, p.receiver, body)
		if err != nil || status == http.StatusOK {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// exchange runs pairs for the time d: send in a goroutine for each sender, got
// for each message received. All inboxes are made beforehand, one by one: two
// clients that make inboxes at once crash the original.
func (v *server) exchange(ctx context.Context, pairs int, d time.Duration, send func(*pair), got func(*pair, []byte)) error {
	var names []string
	for i := range pairs {
		names = append(names, fmt.Sprint("s", i), fmt.Sprint("r", i))
	}
	if err := v.makeOneByOne(ctx, names); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx) // a deadline would end a dial before it ends ctx
	defer cancel()
	defer time.AfterFunc(d, cancel).Stop()
	var wg sync.WaitGroup
	errs := make(chan error, pairs)
	for i := range pairs {
		p := &pair{ctx: ctx, sender: v.pairedPeer(names[2*i]), receiver: names[2*i+1], token: make(chan struct{}, 1)}
		receiver := v.pairedPeer(p.receiver)
		read := v.reader(receiver)
		wg.Go(func() {
			if err := read(ctx, func(body []byte) { got(p, body) }); ctx.Err() == nil {
				errs <- err
				cancel()
			}
		})
		wg.Go(func() { send(p) })
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}
