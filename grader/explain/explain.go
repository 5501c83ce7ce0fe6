// Package explain turns what the loader and the kernel say about a submission
// into something a student can act on. It never guesses: where it does not
// know a mistake, it repeats the kernel's words.
package explain

// Explanation says why a submission was refused.
type Explanation struct {
	// Message is what happened, in a sentence.
	Message string
	// Help says what to do; empty when the cause is not certain.
	Help string
	// Diagnosis is the id of the mistake; empty when none was recognised. See
	// [About].
	Diagnosis string
	// Line is the line of source that Message names, "file:number", or empty.
	Line string
	// Log is what matters of the verifier's log, FullLog all of it.
	Log, FullLog string
}
