// Package proof holds what proves that an exercise grades rightly: the
// submissions in its folder, what must come of each, and what the results say
// of the exercise's checks.
//
//	submissions.yaml      the expectations, see [ReadExpectations]
//	accepted/NAME         must have full marks
//	rejected/NAME         must lose points, and as the expectations say
//
// To these come the starter, which must build and must not pass, and files that
// are no submissions at all, which must be refused; see [Submissions.Cases]. A
// driver grades each [Case], one time or several, and keeps the results in a
// [Record], which says whether they prove the exercise.
package proof
