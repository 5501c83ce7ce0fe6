package grader

import "math"

// Points are counted in hundredths, each the nearest number to what is written
// with two digits, so that they add up to what is written.

// hundredth is the least that counts.
const hundredth = 0.01

// hundredths rounds points to hundredths.
func hundredths(points float64) float64 { return math.Round(points*100) / 100 }

// partOf is a part, from 0 to 1, of points, rounded down. It is never all of
// them: those are for a pass.
func partOf(points, part float64) float64 {
	const slack = 1e-6 // 0.29*100 is a little less than 29
	return min(math.Floor(points*part*100+slack)/100, hundredths(points-hundredth))
}
