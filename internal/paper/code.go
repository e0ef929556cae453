package paper

// Code draws a square code, a QR code for one: modules in a row, and which of them are dark. It is drawn of lines and not as a
// picture, so that it stays sharp on any printer. Four modules of white around it are part of the code.
func (d *Document) Code(side float64, modules int, dark func(x, y int) bool) {
	const quiet = 4
	d.need(side + 4)
	step := side / float64(modules+2*quiet)
	left, top := margin+quiet*step, d.pdf.GetY()+quiet*step
	d.pdf.SetFillColor(0, 0, 0)
	for y := range modules {
		for x := 0; x < modules; x++ {
			from := x
			for x < modules && dark(x, y) {
				x++
			}
			if x > from { // one rectangle for a run: no white seams between
				d.pdf.Rect(left+float64(from)*step, top+float64(y)*step, float64(x-from)*step, step, "F")
			}
		}
	}
	d.pdf.SetY(d.pdf.GetY() + side + 2)
}
