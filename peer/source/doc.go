// Package source has the sources of pictures and sound that a [peer.Camera]
// can share: devices, a test pattern, and what is already encoded.
//
//	device ──> picture ──┬──> slot of one ──> Encoder (H.264, 720p) ──> Frames
//	(one goroutine)      └──> slot of one ──> Encoder (VP8, 360p)   ──> Frames
//
// A device that gives raw pictures is read by one goroutine and encoded once
// for each call of Encode. Which codecs there are depends on how the program
// was built: [Encodings] lists them. A program built without cgo has none and
// still shares what is already encoded.
package source
