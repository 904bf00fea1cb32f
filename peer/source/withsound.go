package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"inbox/peer"
)

// WithSound returns a Source of the picture of video and the sound of sound,
// on one time scale. It opens and closes both together. Where the sound's device
// is not there, the picture is shared without it, and Encode says why.
func WithSound(video, sound peer.Source) peer.Source { return &withSound{video, sound} }

type withSound struct{ video, sound peer.Source }

// Formats implements [peer.Source].
func (s *withSound) Formats() []string { return slices.Concat(s.video.Formats(), s.sound.Formats()) }

// Open implements [peer.Source].
func (s *withSound) Open(ctx context.Context) (peer.Media, error) {
	video, err := s.video.Open(ctx)
	if err != nil {
		return nil, err
	}
	origin := openedAt(video)
	sound, err := s.sound.Open(ctx)
	switch {
	case errors.Is(err, peer.ErrGone):
		return &mediaWithSound{Media: video, formats: s.sound.Formats(), silent: fmt.Errorf("no sound: %w", err)}, nil
	case err != nil:
		return nil, errors.Join(fmt.Errorf("no sound: %w", err), video.Close())
	}
	return &mediaWithSound{Media: video, sound: sound, formats: s.sound.Formats(), later: openedAt(sound).Sub(origin)}, nil
}

type mediaWithSound struct {
	peer.Media // of the picture
	sound      peer.Media
	formats    []string      // of sound
	later      time.Duration // than the picture's is the sound's origin
	silent     error         // why there is no sound; sound is nil then
}

// Encode implements [peer.Media].
func (m *mediaWithSound) Encode(format string, r peer.Rung) (peer.Encoder, error) {
	if !slices.Contains(m.formats, format) {
		return m.Media.Encode(format, r)
	}
	if m.silent != nil {
		return nil, m.silent
	}
	e, err := m.sound.Encode(format, r)
	if err != nil {
		return nil, err
	}
	return &laterEncoder{e, m.later}, nil
}

// Close implements [peer.Media].
func (m *mediaWithSound) Close() error {
	if m.silent != nil {
		return m.Media.Close()
	}
	return errors.Join(m.sound.Close(), m.Media.Close())
}

// laterEncoder moves an encoder's frames to another origin.
type laterEncoder struct {
	peer.Encoder
	later time.Duration
}

// Next implements [peer.Encoder].
func (e *laterEncoder) Next(ctx context.Context) (peer.Frame, error) {
	f, err := e.Encoder.Next(ctx)
	f.Time += e.later
	return f, err
}

// SetBitrate implements [peer.BitrateSetter].
func (e *laterEncoder) SetBitrate(bitsPerSecond int) error {
	if s, ok := e.Encoder.(peer.BitrateSetter); ok {
		return s.SetBitrate(bitsPerSecond)
	}
	return nil
}
