package logs

import (
	"context"
	"errors"
	"log/slog"
)

// handler lets no warning wait.
type handler struct {
	slog.Handler
	out *Writer
}

// Handler wraps a handler that writes to w.
func (w *Writer) Handler(h slog.Handler) slog.Handler { return handler{h, w} }

// Handle is part of slog.Handler.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		err = errors.Join(err, h.out.Flush())
	}
	return err
}

// WithAttrs is part of slog.Handler.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs), h.out}
}

// WithGroup is part of slog.Handler.
func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.out}
}
