package oauth

// scopePapers opens what a person keeps at the provider besides the identity document: the claims documents, vehicles, children.
const scopePapers = "documents"

// Papers are a person's documents, vehicles and children as the claims tell them. Dates are YYYY-MM-DD; Verified says that a
// register has confirmed it.
type Papers struct {
	Documents []Paper   `json:"documents,omitempty"`
	Vehicles  []Vehicle `json:"vehicles,omitempty"`
	Children  []Child   `json:"children,omitempty"`
}

// Paper is a document, under ESIA's name of its kind.
type Paper struct {
	Type      string `json:"type"`
	Series    string `json:"series,omitempty"`
	Number    string `json:"number"`
	IssuedOn  string `json:"issued_on,omitempty"`
	IssuedBy  string `json:"issued_by,omitempty"`
	ExpiresOn string `json:"expires_on,omitempty"`
	Verified  bool   `json:"verified"`
}

// Vehicle is a car with its registration certificate.
type Vehicle struct {
	Name        string `json:"name,omitempty"`
	Plate       string `json:"plate"`
	Certificate string `json:"certificate"`
	Verified    bool   `json:"verified"`
}

// Child is a child whose parent the register of births knows the person to be.
type Child struct {
	LastName    string `json:"last_name"`
	FirstName   string `json:"first_name"`
	MiddleName  string `json:"middle_name,omitempty"`
	BirthDate   string `json:"birth_date"`
	SNILS       string `json:"snils,omitempty"`
	Certificate string `json:"certificate,omitempty"`
	Verified    bool   `json:"verified"`
}

// addTo puts the claims that there are among others.
func (p *Papers) addTo(claims map[string]any) {
	if p == nil {
		return
	}
	if len(p.Documents) > 0 {
		claims["documents"] = p.Documents
	}
	if len(p.Vehicles) > 0 {
		claims["vehicles"] = p.Vehicles
	}
	if len(p.Children) > 0 {
		claims["children"] = p.Children
	}
}
