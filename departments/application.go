package departments

import (
	"encoding/json"
	"time"
)

// Application is what a department receives in Delivery.Data. Rows are for people to read, Answers for machines.
type Application struct {
	SubmittedAt time.Time `json:"submitted_at"`
	ServiceName string    `json:"service_name,omitempty"`
	Sections    []Section `json:"sections,omitempty"` // answers given once for all parties
	Parties     []Party   `json:"parties,omitempty"`

	// Organisation is in whose name the first party files, as the identity provider vouches for it; nil for a private person.
	Organisation *Organisation `json:"organisation,omitempty"`

	Hash    string          `json:"hash,omitempty"` // SHA-256 of the canonical text that all parties signed
	Slot    *Slot           `json:"slot,omitempty"`
	Payment *Payment        `json:"payment,omitempty"`
	Answers json.RawMessage `json:"answers,omitempty"` // catalog.Set
}

// Organisation is a legal entity or a sole proprietor.
type Organisation struct {
	Kind     string `json:"kind"` // "organisation" or "entrepreneur"
	Name     string `json:"name"`
	OGRN     string `json:"ogrn"` // ОГРНИП of a sole proprietor
	INN      string `json:"inn"`
	KPP      string `json:"kpp,omitempty"`
	Address  string `json:"address,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Email    string `json:"email,omitempty"`
	Position string `json:"position,omitempty"` // of the person who files
}

// Section is a titled group of answers in words.
type Section struct {
	Title string `json:"title"`
	Rows  []Row  `json:"rows"`
}

// Row is a question and its answer in words.
type Row struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Party is one of the people who file.
type Party struct {
	ID       string     `json:"id"`   // as in the service's definition: "first"
	Role     string     `json:"role"` // in words
	Last     string     `json:"last_name"`
	First    string     `json:"first_name"`
	Middle   string     `json:"middle_name,omitempty"`
	SNILS    string     `json:"snils,omitempty"`
	Sections []Section  `json:"sections,omitempty"`
	SignedAt *time.Time `json:"signed_at,omitempty"`
	Hash     string     `json:"hash,omitempty"` // what this party signed: equals Application.Hash
}

// Slot is a booked visit or ceremony.
type Slot struct {
	Office  string    `json:"office"`
	Name    string    `json:"name"`
	Address string    `json:"address,omitempty"`
	Start   time.Time `json:"start"`
}

// Payment proves that the duty is paid.
type Payment struct {
	UIN     string    `json:"uin"`
	Receipt string    `json:"receipt,omitempty"`
	Amount  int64     `json:"amount"` // kopecks
	PaidAt  time.Time `json:"paid_at"`
}
