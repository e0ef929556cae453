// Package logs writes the lines of a log together. A call of the system for each line costs more than the page from memory that the
// line tells of.
//
//	out := logs.NewWriter(os.Stderr)
//	log := slog.New(out.Handler(slog.NewJSONHandler(out, nil)))
//	defer out.Flush()
//
// A line waits for a tenth of a second at most. A warning or an error is written at once, with all that came before it.
package logs
