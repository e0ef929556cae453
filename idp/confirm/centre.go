package confirm

// Centre is a service centre, for those who come.
type Centre struct {
	OID     int64
	Name    string
	Kind    string // mfc, post, pension, rostelecom
	Address string
	Hours   string
	Phone   string
}
