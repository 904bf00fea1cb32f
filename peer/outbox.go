package peer

import (
	"context"
	"time"
)

// sendWithin is how long one message may take.
const sendWithin = 10 * time.Second

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
	patient, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(byeWithin, cancel) })()
	for ctx.Err() == nil {
		select {
		case m := <-o.queue:
			o.send(patient, m)
		case <-ctx.Done():
		}
	}
	for len(o.queue) > 0 {
		o.send(patient, <-o.queue)
	}
}

func (o *outbox) send(ctx context.Context, m Message) {
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	if err := o.channel.send(ctx, o.to, m); err != nil {
		select {
		case o.failures <- err:
		default:
		}
	}
}
