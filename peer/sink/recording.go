package sink

import "time"

// recording is one file of a Recorder.
type recording struct {
	out    *output
	muxer  muxer
	origin time.Duration // the first picture's time
	size   int64         // that Stats know of
	length time.Duration
}

// Stats tell what was written so far.
type Stats struct {
	File     string        // that is being written, or was last
	Files    int           // with the present one
	Bytes    int64         // of all files
	Duration time.Duration // of all files
	Pictures int
	Damaged  int // frames left out because they cannot be read
}

// Stats may be called at any time, by anyone.
func (r *Recorder) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stats
}

// began counts a file.
func (r *Recorder) began(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.File = name
	r.stats.Files++
}

func (r *Recorder) damaged() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Damaged++
}

// count brings the Stats up to date with the present file.
func (r *Recorder) count(picture bool, length time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if picture {
		r.stats.Pictures++
	}
	c := r.current
	r.stats.Bytes += c.out.size - c.size
	r.stats.Duration += max(0, length-c.length)
	c.size, c.length = c.out.size, max(c.length, length)
}
