// Package grader is the model and the engine of bpfgrade: an [Exercise] is a
// value with checks, a [Check] is a function on a [T], and a [Grader] runs the
// checks of an exercise on one submission and answers with a [Result].
//
// Checks run on the host. They drive a kernel through a testbed, which holds
// no expectations, and compare what they read there with what they made happen.
package grader
