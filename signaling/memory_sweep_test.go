package signaling_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"inbox/signaling"
)

// TestSweepFreesWhatNobodyMeetsAgain fills a Store and leaves: everything is
// freed, and what is alive stays.
func TestSweepFreesWhatNobodyMeetsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := signaling.NewMemory(signaling.MemoryOptions{})
		go m.Run(t.Context(), time.Second)
		living, err := m.Open(t.Context(), credentials("living"), nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 1000 {
			if err := m.Put(t.Context(), credentials(fmt.Sprint(i)), "living", []byte("hello"), "key", nil); err != nil && i < 100 {
				t.Fatal(err)
			}
			open(t, m, fmt.Sprint(i)).Close()
		}
		time.Sleep(59 * time.Second)
		if got := m.Stats(); got.Inboxes != 1001 || got.Messages != 100 || got.Refused != 900 {
			t.Errorf("before they expire: %+v", got)
		}
		time.Sleep(2 * time.Second)
		if got := m.Stats(); got.Inboxes != 1 || got.Messages != 0 || got.Bytes != 0 {
			t.Errorf("after they expired: %+v", got)
		}
		living.Close()
		time.Sleep(2 * time.Minute)
		if got := m.Stats(); got.Inboxes != 0 || got.Bytes != 0 {
			t.Errorf("in the end: %+v", got)
		}
	})
}

// TestSweepCollidesWithPut sweeps while messages are put on inboxes that are
// about to expire: the counts must agree in the end.
func TestSweepCollidesWithPut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := signaling.NewMemory(signaling.MemoryOptions{InboxTimeout: time.Second, MessageTimeout: time.Second})
		go m.Run(t.Context(), time.Millisecond)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for n := range 2000 {
					id, to := fmt.Sprint(i, n%7), fmt.Sprint(n%5, n%7)
					open(t, m, id).Close()
					m.Put(t.Context(), credentials(id), to, []byte("hello"), fmt.Sprint(n), nil)
					time.Sleep(time.Duration(n%3) * 400 * time.Millisecond)
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Minute)
		if got := m.Stats(); got.Inboxes != 0 || got.Messages != 0 || got.Bytes != 0 {
			t.Errorf("in the end: %+v", got)
		}
	})
}

func credentials(id string) signaling.Credentials {
	return signaling.Credentials{ID: id, Password: "secret"}
}

func open(t testing.TB, s signaling.Store, id string) signaling.Reader {
	t.Helper()
	r, err := s.Open(t.Context(), credentials(id), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
