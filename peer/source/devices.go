package source

// Device is a camera that this computer has.
type Device struct {
	Name  string `json:"name"`
	Path  string `json:"path"`           // what opens it
	Link  string `json:"link,omitempty"` // opens it even if its path changes
	Modes []Mode `json:"modes"`
}

// Mode is a form in which a camera gives its picture.
type Mode struct {
	Format string    `json:"format"` // "mjpeg", "yuyv", "h264", or the device's own name of it
	Width  int       `json:"width"`
	Height int       `json:"height"`
	FPS    []float64 `json:"fps"` // pictures a second, the most first; none if it does not tell
}
