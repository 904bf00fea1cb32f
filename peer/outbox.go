package peer

import (
	"context"
	"time"
)

// outbox sends the messages of one session in their order, without making the
// session wait for the network.
type outbox struct {
	to       string
	channel  *channel
	queue    chan Message
	failures chan error
}

func newOutbox(c *channel, to string) *outbox {
	return &outbox{to: to, channel: c, queue: make(chan Message, inboxSize), failures: make(chan error, 1)}
}

// put queues a message. One that finds no room is lost, as on a network: what
// matters is sent again.
func (o *outbox) put(m Message) {
	select {
	case o.queue <- m:
	default:
	}
}

// run sends until ctx ends; what is queued then still goes out, for a moment.
func (o *outbox) run(ctx context.Context) {
	for {
		select {
		case m := <-o.queue:
			o.send(ctx, m)
		case <-ctx.Done():
			o.flush(context.WithoutCancel(ctx))
			return
		}
	}
}

func (o *outbox) flush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, byeWithin)
	defer cancel()
	for {
		select {
		case m := <-o.queue:
			o.send(ctx, m)
		default:
			return
		}
	}
}

func (o *outbox) send(ctx context.Context, m Message) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := o.channel.send(ctx, o.to, m); err != nil {
		select {
		case o.failures <- err:
		default:
		}
	}
}
