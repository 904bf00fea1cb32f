package signaling_test

import (
	"testing"

	"inbox/signaling"
	"inbox/signaling/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T, cfg storetest.Config) signaling.Store {
		m := signaling.NewMemory(signaling.MemoryOptions{
			InboxTimeout:   cfg.InboxTimeout,
			MessageTimeout: cfg.MessageTimeout,
			InboxCapacity:  cfg.InboxCapacity,
			MaxInboxes:     cfg.MaxInboxes,
			MaxBytes:       cfg.MaxBytes,
		})
		go m.Run(t.Context(), 0)
		return m
	})
}
