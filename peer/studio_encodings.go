package peer

import (
	"context"
	"errors"
	"fmt"
)

// encoding returns a running encoding, started if need be, or nil if the device
// does not make it.
func (s *studio) encoding(id encodingID) *running {
	if r := s.running[id]; r != nil {
		return r
	}
	f, ok := formatOf(id.mime)
	if !ok {
		return nil
	}
	rung := s.rung(id)
	encoder, err := s.media.Encode(id.mime, rung)
	if err != nil {
		s.log.Error("cannot encode", "format", id.mime, "error", err)
		return nil
	}
	ctx, stop := context.WithCancel(s.ctx)
	r := &running{newEncoding(f, rung, encoder, s.pumps, s.base), stop}
	s.running[id] = r
	media := s.media
	s.workers.Go(func() {
		defer stop()
		err := r.run(ctx)
		if ctx.Err() == nil {
			s.call(func() { s.encodingEnded(id, r, media, err) })
		}
	})
	return r
}

// encodingEnded is heard when an encoding ended by itself.
func (s *studio) encodingEnded(id encodingID, r *running, media Media, err error) {
	if s.running[id] != r || s.media != media {
		return
	}
	if errors.Is(err, ErrGone) {
		s.shut()
		s.lost(err)
		return
	}
	s.ended = fmt.Errorf("the source has ended: %w", err)
}
