// Package files takes files from strangers: it tells by its content what a file is (Inspect), has it scanned by clamd (Scanner)
// and keeps it sealed in a folder outside of any web root (Folder). Who may read which file is for the domain to say.
//
// Inspect refuses what is not wholly the kind that it claims to be: a page or a script under the name of a picture, a picture
// with an archive behind its end, a document with macros, an archive that unpacks to a hundred times its size.
//
// A scan says clean or names a virus. A scanner that cannot be reached is ErrUnavailable: the file waits, and is scanned later.
package files
