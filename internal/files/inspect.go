package files

import (
	"bytes"
	"errors"
	"slices"
)

// What can be wrong with a file. Each has a text for the person who sent it.
var (
	ErrEmpty     = errors.New("empty file")
	ErrKind      = errors.New("not a kind of file that is taken here")
	ErrMismatch  = errors.New("the content is another kind than the name or the browser says")
	ErrBroken    = errors.New("damaged, or two kinds of file in one")
	ErrActive    = errors.New("has scripts, macros or attachments inside")
	ErrEncrypted = errors.New("protected by a password")
)

// Inspect tells by the content which kind a file is, and checks that it is nothing else besides. The name and the declared media
// type must not claim another kind. Only wanted kinds pass.
func Inspect(content []byte, name, declared string, wanted []Kind) (Kind, error) {
	if len(content) == 0 {
		return "", ErrEmpty
	}
	kind := detect(content)
	if kind == "" || !slices.Contains(wanted, kind) {
		return "", ErrKind
	}
	for _, claim := range []func() (Kind, bool){
		func() (Kind, bool) { return byExtension(name) },
		func() (Kind, bool) { return byMedia(declared) },
	} {
		if claimed, ours := claim(); !ours || claimed != "" && claimed != kind {
			return "", ErrMismatch
		}
	}
	if err := known[kind].find(content); err != nil {
		return "", err
	}
	return kind, nil
}

// detect goes by the first bytes; archives by what is in them.
func detect(content []byte) Kind {
	for _, k := range Kinds {
		if starts := known[k].starts; starts != nil && starts(content) {
			return k
		}
	}
	if startsZip(content) {
		return kindOfArchive(content)
	}
	return ""
}

// markup is how a page, a drawing with scripts or a server's script begins. A picture or a text document that is one of ours has
// none of it in plain bytes, wherever it stands: not in comments and not behind the end.
var markup = [][]byte{[]byte("<script"), []byte("<html"), []byte("<!doctype html"), []byte("<svg"), []byte("<?php"), []byte("<iframe"),
	[]byte("<body"), []byte("javascript:"), []byte("#!/bin/"), []byte("#!/usr/bin")}

// hasMarkup tells whether any of the signs is there, in letters of either case.
func hasMarkup(content []byte) bool {
	lower := asciiLower(content)
	return slices.ContainsFunc(markup, func(sign []byte) bool { return bytes.Contains(lower, sign) })
}

// asciiLower lowers ASCII letters alone: bytes.ToLower would read binary content as text and replace it.
func asciiLower(b []byte) []byte {
	lower := bytes.Clone(b)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return lower
}

// another tells whether a picture is also a document or an archive: readers of those look for their beginning in the first
// kilobyte, or for a directory at the end.
func another(content []byte) bool {
	head := content[:min(len(content), 1024)]
	return bytes.Contains(head, []byte("%PDF-")) || hasDirectory(content) || hasMarkup(content)
}
