package departments

import "tamga/frontend"

// CheckPages compares the templates with their data.
func CheckPages(p *frontend.Pages) []error {
	return []error{deliveriesView.Check(p), deliveryView.Check(p), linesView.Check(p), lineView.Check(p)}
}
