package applications

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/cms"
	"tamga/internal/files"
)

// States of the signature of a document.
const (
	signedNot        = "none"
	signedIntact     = "intact"     // this very content, by the key of the certificate that stands in the signature
	signedBroken     = "broken"     // another content, or another key
	signedUnreadable = "unreadable" // not a signature that we know
)

// issued keeps the documents that the department sent, sealed, and tells the parties. A scanner that is away makes the exchange tell us
// again later: nobody gets what it has not seen.
func (k *Core) issued(ctx context.Context, tx pgx.Tx, d *dossier, u departments.Update) error {
	for i := range u.Results {
		if err := k.keepDocument(ctx, tx, d, &u.Results[i], u); err != nil {
			return fmt.Errorf("document %d of application %s: %w", i+1, d.ID, err)
		}
	}
	if u.Text != "" {
		m := &message{ID: uuid.Must(uuid.NewV7()), Kind: saidMessage, At: u.At, Words: words{Text: u.Text}}
		if err := k.keepWords(ctx, tx, d, m); err != nil {
			return err
		}
	}
	return k.tidings(ctx, tx, d, Event{Kind: "result", At: u.At}, "after_result")
}

func (k *Core) keepDocument(ctx context.Context, tx pgx.Tx, d *dossier, r *departments.Result, u departments.Update) error {
	if k.Files.Folder == nil {
		return files.ErrUnavailable
	}
	if k.Files.Scanner != nil {
		virus, err := k.Files.Scanner.Scan(ctx, r.Content)
		if err != nil {
			return err
		}
		if virus != "" {
			return k.note(ctx, tx, d, Event{Kind: "result_refused", At: u.At})
		}
	}
	o := document{ID: uuid.Must(uuid.NewV7()), MediaType: r.MediaType, Size: int64(len(r.Content)), SHA256: r.SHA256[:], At: u.At}
	o.Signature, o.Signed, o.Signer = r.Signature, signedNot, ""
	if len(r.Signature) == 0 {
		o.Signature = nil
	} else {
		o.Signed, o.Signer = judge(r.Signature, r.Content)
	}
	if o.MediaType == "" {
		o.MediaType = "application/octet-stream"
	}
	var err error
	if o.Name, err = k.seal(files.CleanName(r.Name), d.ID, "document", o.ID.String()); err != nil {
		return err
	}
	// A content whose row does not come is removed with the orphans.
	if err := k.Files.Folder.Put(o.ID, k.Box.Seal(r.Content, filePlace(d.ID, o.ID))); err != nil {
		return err
	}
	return insertDocument(ctx, tx, d.ID, o)
}

// judge tells whether a detached signature is one of this content, and whom its certificate names. Whether that certificate may be
// trusted is not looked at: the page says so.
func judge(signature, content []byte) (state, signer string) {
	signed, err := cms.Parse(signature)
	if err != nil || len(signed.Certificates) == 0 {
		return signedUnreadable, ""
	}
	for _, cert := range signed.Certificates {
		if signed.Verify(content, cert) == nil {
			return signedIntact, strings.TrimSpace(cert.Subject.CommonName)
		}
	}
	return signedBroken, ""
}
