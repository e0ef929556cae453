package catalog

// Section is the answers of one step, or of one group of a repeated step.
type Section struct {
	Title string
	Step  string // id
	Rows  []Row
}

// Row is one answer in the reader's words.
type Row struct {
	Question string // id
	Label    string
	Value    string // "Не указано" and the like when the question was left out; lines parted by \n
}

// Summary returns all visible answers: the shared ones for party "", else those of the party alone. It serves the page
// "check your answers", the other party, and the printed application.
func (s *Service) Summary(a Set, party string, tr Tr) []Section {
	return nil
}

// Canonical returns the bytes that are signed: the service, its version and the answers to all visible questions as JSON
// with sorted keys. Hidden answers and the order of filling do not change it.
func (s *Service) Canonical(a Set) ([]byte, error) {
	return nil, nil
}
