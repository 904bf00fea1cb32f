// Package h264 decodes key frames of H.264 by openh264, from the archive that
// package mediadevices links for its encoder. It is built with cgo.
package h264
