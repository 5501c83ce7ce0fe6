package sandbox

// output keeps the first bytes that are written to it and drops the rest.
type output struct {
	kept      []byte
	max       int
	truncated bool
}

func (o *output) Write(p []byte) (int, error) {
	room := o.max - len(o.kept)
	if len(p) > room {
		o.truncated = true
		o.kept = append(o.kept, p[:room]...)
	} else {
		o.kept = append(o.kept, p...)
	}
	return len(p), nil
}
