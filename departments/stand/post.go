package stand

import (
	"time"

	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/db"
)

// post takes registered letters. Nobody delivers them: they are read on its page. Table: post_letter.
//
//	POST /post/letters   JSON: id, to, address, text
//	GET  /post           the letters
type post struct {
	db    db.DB
	pages *frontend.Pages
	now   func() time.Time
}

// postLetter is a registered letter.
type postLetter struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"to"`
	Address string    `json:"address"`
	Text    string    `json:"text"`
	At      time.Time `json:"-"`
}
