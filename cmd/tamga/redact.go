package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"github.com/alecthomas/kong"
)

// logSettings writes the settings of a role as it starts with them, secrets left out: the first thing asked for when a deployment
// misbehaves.
func logSettings(log *slog.Logger, node *kong.Node) {
	var settings []any
	for _, flag := range node.Flags {
		for _, env := range flag.Envs {
			settings = append(settings, env, redacted(env, fmt.Sprint(flag.Target.Interface())))
		}
	}
	log.Info("settings", "role", node.Name, slog.Group("values", settings...))
}

// redacted hides a value that is a secret by its name, and the password within an address.
func redacted(env, value string) string {
	if value == "" {
		return ""
	}
	for _, secret := range []string{"_KEY", "_SECRET", "_PASSWORD", "_TOKEN"} {
		if strings.HasSuffix(env, secret) {
			return "(set)"
		}
	}
	if u, err := url.Parse(value); err == nil && u.User != nil {
		return u.Redacted()
	}
	return value
}
