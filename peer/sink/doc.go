// Package sink has what a [peer.Viewer]'s frames can be written into: files,
// pipes, a picture. Nothing is encoded anew.
//
//	Frames ──> Recorder ──> muxer (MP4, Matroska, ...) ──> output ──> file or pipe
//	              └ the next file: -split, other formats
//	Frames ──> Snapshot ──> one JPEG
//
// A [Recorder] writes what it has once a second at the latest, each time in one
// piece that plays by itself: whoever kills it, whatever fills the disk, the
// file plays to its end. [Find] tells which [Container] a name means, and
// so which codecs to ask a camera for before there is a connection to it.
package sink
