package departments

import (
	"encoding/json"

	"tamga/internal/secret"
)

// seal hides what the application says from a reader of the database. The delivery's id is bound to it, so that data of one
// delivery cannot be put under another.
func seal(box *secret.Box, d Delivery) []byte {
	return box.Seal(d.Data, []byte("delivery.data "+d.ID.String()))
}

func open(box *secret.Box, d *claimed) (json.RawMessage, error) {
	return box.Open(d.Data, []byte("delivery.data "+d.ID.String()))
}
