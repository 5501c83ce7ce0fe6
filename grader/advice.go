package grader

// advice is what a student should know of an object that was loaded, whatever
// the checks say. What is used by a program in user space cannot be seen.
func (s *session) advice() []Advice {
	var advice []Advice
	for _, r := range s.object.Remarks() {
		if r.ID == "unused-map" && s.program != nil {
			continue
		}
		advice = append(advice, Advice{ID: r.ID, Message: bounded(r.Message, maxText), Line: bounded(r.Line, maxText)})
	}
	return advice
}
